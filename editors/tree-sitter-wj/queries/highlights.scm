; What comes later wins.

(comment) @comment

[(text) (long_text) (plain_text)] @string
(escape) @string.escape
(insert ["{" "}"] @punctuation.special)
(path) @string.special.path

[(number) (duration) (size)] @number
(constant) @constant.builtin

(reference) @variable
(member_of name: (identifier) @property)
(member name: (_) @property)
(parameter name: _ @variable.parameter)
(field name: (identifier) @variable)
(let name: (identifier) @variable)
(for name: (identifier) @variable)
(rows name: (identifier) @variable)
(connector_param name: (identifier) @variable.parameter)
(connector_param kind: (identifier) @type)
(reader name: (identifier) @type)
(read_body (identifier) @type)
(verify scheme: (identifier) @function.builtin)
(notify channel: (identifier) @function.builtin)
(on_crash (identifier) @constant.builtin)
(expect state: (identifier) @constant.builtin)
(method_name) @constant.builtin

(const name: (identifier) @constant)
(pipeline name: (identifier) @function)
(connector name: (identifier) @module)
(connector_action name: (identifier) @function)
(call name: (reference) @function.call)
(dotted) @function.call

["{" "}" "[" "]" "(" ")"] @punctuation.bracket
["," "." ":"] @punctuation.delimiter
["=" "==" "!=" "<=" ">=" "<" ">" "+" "-" "*" "/" "%"] @operator
["and" "or" "not"] @keyword.operator

["when" "match" "if" "then" "else"] @keyword.conditional
["for" "in"] @keyword.repeat
["stop" "abort" "respond"] @keyword.return

[
  "accept" "action" "actions" "after" "answer" "answers" "as" "at" "auto" "base" "body" "by" "charset" "connector"
  "const" "continue" "cors" "dedupe" "default" "expect" "extract" "fails" "file" "first" "form" "give" "given"
  "header" "json" "keep" "keep_failed" "key" "let" "limit" "method" "most" "multipart" "never" "no" "none"
  "notify" "on" "on_crash" "on_fail" "on_failure" "on_missing" "once" "optional" "out" "param" "path" "per"
  "pipeline" "query" "rate" "read" "refuse" "refuses" "require" "retry" "returns" "send" "signed" "status" "test"
  "text" "timeout" "times" "up" "verify" "wait" "within"
] @keyword
(on_missing "empty" @keyword)
