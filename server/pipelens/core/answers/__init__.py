"""One module per question that is asked of a project. Answers are plain values."""
