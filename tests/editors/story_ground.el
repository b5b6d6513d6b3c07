;;; story_ground.el --- what every story in headless Emacs stands on  -*- lexical-binding: t -*-

;; A story loads it, then tells itself with `story-end'.

;;; Code:
(require 'package)
(setq package-archives nil)
;; -Q leaves out what Debian's start would put in reach.
(dolist (dir (list (format "/usr/share/emacs/%s/site-lisp/elpa" emacs-version)
                   "/usr/share/emacs/site-lisp/elpa"))
  (add-to-list 'package-directory-list dir))
(package-initialize)
(require 'cl-lib)
(require 'json)
(set-language-environment "UTF-8")
(setq coding-system-for-write 'utf-8)

(defvar story-seen nil)

(defun story-see (key value) (push (cons key value) story-seen))

(defun story-wait (what predicate &optional between)
  "Run the event loop until PREDICATE, which is WHAT, holds; call BETWEEN after each turn."
  (let ((end (+ (float-time) 60)))
    (while (and (not (funcall predicate)) (< (float-time) end))
      (accept-process-output nil 0.05)
      (when between (funcall between)))
    (unless (funcall predicate) (error "Waited in vain for %s" what))))

(defun story-end (tell)
  "Call TELL, write what was seen to the file SEEN and leave."
  (condition-case problem
      (funcall tell)
    (error (story-see 'error (error-message-string problem))))
  (with-temp-file (getenv "SEEN") (insert (json-encode story-seen)))
  (kill-emacs (if (assq 'error story-seen) 1 0)))
;;; story_ground.el ends here
