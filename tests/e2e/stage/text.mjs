/** Text as the page shows it, without the hard spaces and the line breaks of its layout. */
export const plain = (text) => text.replace(/[\s\u00a0\u200b]+/g, " ").trim();
