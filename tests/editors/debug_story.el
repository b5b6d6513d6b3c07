;;; debug_story.el --- a person who debugs in headless Emacs with the documented configuration  -*- lexical-binding: t -*-

;; Stops at a breakpoint, asks for a value and goes on; lets a task fail and looks; opens the failure later.
;; Writes what was seen to the file SEEN.  Environment: INIT (the configuration), FILE, FAILING, LINE.

;;; Code:
(load (expand-file-name "story_ground.el" (file-name-directory load-file-name)) nil t)
(require 'dap-mode)
(setq dap-auto-configure-features nil
      dap-breakpoints-file (expand-file-name "breakpoints" (getenv "HOME"))
      dap-auto-show-output nil
      lsp-session-file (expand-file-name "session" (getenv "HOME")))
(load (getenv "INIT") nil t)

(defvar story-session nil)

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

(story-end #'story-tell)
;;; debug_story.el ends here
