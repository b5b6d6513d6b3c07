import { PYTHON } from "./installed.mjs";

/** The Python with pipelens is the chosen one. */
export const CHOSEN = { "pipelens.interpreter": PYTHON };

/** Every folder is trusted without a question. */
export const TRUSTING = { "security.workspace.trust.enabled": false };

/** Settings with which nothing of the workbench itself pops up, moves or asks the network. */
export const QUIET = {
  "telemetry.telemetryLevel": "off",
  "workbench.enableExperiments": false,
  "update.showReleaseNotes": false,
  "extensions.autoUpdate": false,
  "extensions.autoCheckUpdates": false,
  "extensions.ignoreRecommendations": true,
  "workbench.startupEditor": "none",
  "workbench.welcomePage.walkthroughs.openOnInstall": false,
  "workbench.tips.enabled": false,
  "chat.disableAIFeatures": true,
  "chat.commandCenter.enabled": false,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "git.enabled": false,
  "git.openRepositoryInParentFolders": "never",
  "remote.autoForwardPorts": false,

  "workbench.colorTheme": "Default Light Modern",
  "workbench.reduceMotion": "on",
  "window.commandCenter": false,
  "editor.minimap.enabled": false,
  "editor.cursorBlinking": "solid",
  "editor.stickyScroll.enabled": false,
  "notebook.stickyScroll.enabled": false,
  "editor.occurrencesHighlight": "off",
  "breadcrumbs.enabled": false,
  "workbench.editor.enablePreview": false,
  // editors of the workbench itself are tabs, too
  "workbench.editor.useModal": "off",
  // the accessible mode draws editors in another way
  "editor.accessibilitySupport": "off",
  // rows of the terminal as text in the page
  "terminal.integrated.gpuAcceleration": "off",
  "terminal.integrated.tabs.hideCondition": "never",
  "terminal.integrated.shellIntegration.enabled": false,

  "files.hotExit": "off",
  "files.autoSave": "off",
  "files.simpleDialog.enable": true,
  "window.confirmBeforeClose": "never",
  "window.restoreWindows": "none",
  // folders start in Restricted Mode without a question
  "security.workspace.trust.startupPrompt": "never",
};
