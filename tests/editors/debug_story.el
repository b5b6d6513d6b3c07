;;; debug_story.el --- a person who debugs in headless Emacs with the documented configuration  -*- lexical-binding: t -*-

;; Stops at a breakpoint, asks for a value and goes on; lets a task fail and looks; opens the failure later.
;; Writes what was seen to the file SEEN.  Environment: INIT (the configuration), FILE, FAILING, LINE.

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
(require 'dap-mode)
(setq dap-auto-configure-features nil
      dap-breakpoints-file (expand-file-name "breakpoints" (getenv "HOME"))
      dap-auto-show-output nil
      lsp-session-file (expand-file-name "session" (getenv "HOME")))
(load (getenv "INIT") nil t)

(defvar story-seen nil)
(defvar story-session nil)

(defun story-see (key value) (push (cons key value) story-seen))

(defun story-wait (what predicate)
  "Run the event loop until PREDICATE, which is WHAT, holds."
  (let ((end (+ (float-time) 60)))
    (while (and (not (funcall predicate)) (< (float-time) end))
      (accept-process-output nil 0.05))
    (unless (funcall predicate) (error "Waited in vain for %s" what))))

(defun story-frame () (dap--debug-session-active-frame story-session))

(defun story-stopped ()
  "Wait for a stop; what is seen there."
  (story-wait "a stop" #'story-frame)
  (let ((frame (story-frame)))
    (vector (gethash "name" frame) (gethash "line" frame)
            (file-name-nondirectory (gethash "path" (gethash "source" frame))))))

(defun story-value (expression)
  (let ((answer nil))
    (dap--send-message
     (dap--make-request "evaluate" (list :expression expression :frameId (gethash "id" (story-frame))
                                         :context "repl"))
     (lambda (response) (setq answer (or (gethash "result" (or (gethash "body" response) (make-hash-table)))
                                         (gethash "message" response))))
     story-session)
    (story-wait expression (lambda () answer))
    answer))

(defun story-over-p () (not (dap--session-running story-session)))

(defun story-go-on ()
  (let ((thread (dap--debug-session-thread-id story-session)))
    (setf (dap--debug-session-active-frame story-session) nil)
    (dap-continue story-session thread)))

(defun story-start (template)
  "Start what the documented template of this name says."
  (dap-debug (copy-tree (cdr (assoc template (cl-mapcan #'funcall dap-launch-configuration-providers)))))
  (story-wait "the session" #'dap--cur-session)
  (setq story-session (dap--cur-session)))

(defun story-tell ()
  (let ((inhibit-message t) (enable-local-variables nil) (line (string-to-number (getenv "LINE"))))
    (find-file (getenv "FILE"))
    (goto-char (point-min))
    (forward-line (1- line))
    (dap-breakpoint-add)
    (story-start "Pipelens: this file")
    (story-see 'stop (story-stopped))
    (story-see 'value (story-value "number + 1"))
    (story-go-on)
    (story-wait "the end" #'story-over-p)

    (find-file (getenv "FAILING"))
    (story-start "Pipelens: this file")
    (story-see 'failing (story-stopped))
    (story-see 'failing-value (story-value "rows"))
    (story-go-on)
    (story-wait "the end" #'story-over-p)

    (story-start "Pipelens: last failure")
    (story-see 'recorded (story-stopped))
    (story-see 'recorded-value (story-value "rows[1]"))
    (story-see 'refused (story-value "open('x')"))
    (story-go-on)
    (story-wait "the end" #'story-over-p)))

(set-language-environment "UTF-8")
(setq coding-system-for-write 'utf-8)
(condition-case problem
    (story-tell)
  (error (story-see 'error (error-message-string problem))))
(with-temp-file (getenv "SEEN") (insert (json-encode story-seen)))
(kill-emacs (if (assq 'error story-seen) 1 0))
;;; debug_story.el ends here
