;;; story.el --- a person in headless Emacs with the documented configuration  -*- lexical-binding: t -*-

;; Sees a mistake, corrects it, asks what stands there, renames the task, runs it through the lens.
;; Writes what was seen to the file SEEN.  Environment: INIT (the configuration), FILE, LINE, RIGHT.

;;; Code:
(load (expand-file-name "story_ground.el" (file-name-directory load-file-name)) nil t)
(require 'flymake)
(unless (or (fboundp 'yaml-mode) (locate-library "yaml-mode"))
  (define-derived-mode yaml-mode prog-mode "YAML" (setq-local comment-start "# "))
  (put 'yaml-mode 'eglot-language-id "yaml"))
(add-to-list 'auto-mode-alist '("\\.ya?ml\\'" . yaml-mode))
(load (getenv "INIT") nil t)

(defun story-line (number)
  (save-excursion (goto-char (point-min)) (forward-line number)
                  (buffer-substring-no-properties (point) (line-end-position))))

(defun story-request (method)
  (jsonrpc-request (eglot-current-server) method (eglot--TextDocumentPositionParams)))

(defun story-titles ()
  (mapcar (lambda (lens) (plist-get (plist-get lens :command) :title))
          (jsonrpc-request (eglot-current-server) :textDocument/codeLens
                           (list :textDocument (eglot--TextDocumentIdentifier)))))

(defun story-tell ()
  (let ((eglot-sync-connect t)
        (inhibit-message t)
        (enable-local-variables nil)
        (line (string-to-number (getenv "LINE"))))
    (find-file (getenv "FILE"))
    ;; In batch mode no command ends, which `eglot-ensure' waits for.
    (run-hooks 'post-command-hook)
    (unless (eglot-current-server) (apply #'eglot (eglot--guess-contact)))
    (flymake-mode 1)
    (story-wait "a diagnostic" #'flymake-diagnostics #'flymake-start)
    (story-see 'before (vconcat (mapcar (lambda (one) (substring-no-properties (flymake-diagnostic-text one)))
                                        (flymake-diagnostics))))
    (goto-char (point-min))
    (forward-line line)
    (delete-region (point) (line-end-position))
    (insert (getenv "RIGHT"))
    (eglot--signal-textDocument/didChange)
    (story-wait "the diagnostic to go" (lambda () (null (flymake-diagnostics))) #'flymake-start)
    (save-buffer)
    (goto-char (point-min))
    (forward-line 2)
    (search-forward "name: ")
    (story-see 'hover (plist-get (plist-get (story-request :textDocument/hover) :contents) :value))
    ;; Eglot asks before it changes files that no buffer shows.
    (cl-letf (((symbol-function 'y-or-n-p) #'always)) (eglot-rename "fetch"))
    (story-wait "the new name" (lambda () (equal (story-line 2) "    name: fetch")))
    (save-some-buffers t)
    (story-see 'lenses (vconcat (story-titles)))
    (cl-letf (((symbol-function 'completing-read)
               (lambda (_prompt choices &rest _) (car (car choices)))))
      (goto-char (point-min))
      (forward-line 1)
      (pipelens-lens))
    (story-wait "the task to be fresh"
                (lambda () (cl-some (lambda (title) (string-match-p "✓ fresh" title)) (story-titles))))
    (story-see 'after (vconcat (story-titles)))
    (ignore-errors (eglot-shutdown (eglot-current-server) nil 5))))

(story-end #'story-tell)
;;; story.el ends here
