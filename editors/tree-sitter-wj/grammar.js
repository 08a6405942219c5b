/**
 * The wj language for editors that colour and fold with tree-sitter. `grammar/wj.pest` is what wj itself reads by; a test
 * holds that both find the same things in every script of this repository. This one knows no mistakes: tree-sitter goes on
 * behind them by itself.
 *
 * A line end is a word where an entry may end (`'\n'`), and a blank everywhere else, so brackets may be broken freely.
 */

/// <reference types="tree-sitter-cli/dsl" />
// @ts-check

const list = (rule) => seq(rule, repeat(seq(',', rule)));

/** What stands in curly brackets, one a line. */
const lines = (rule) => seq('{', optional(seq(rule, repeat(seq('\n', rule)), optional('\n'))), '}');

/** A path is one word, with blanks inside of its brackets only; they are nested as deep as anybody writes. */
const path = (() => {
  const text = String.raw`"(\\[^\n]|[^"\\\n])*"|'(\\[^\n]|[^'\\\n])*'`;
  const inside = String.raw`[^\]\[()\n"']`;
  let group = inside;
  for (let depth = 0; depth < 3; depth++) {
    group = String.raw`[\[(](${text}|${group}|${inside})*[\])]`;
  }
  const rest = String.raw`(${group}|${text}|[^ \t\u00a0\r\n,#{}\[\]()"'])*`;
  return { fromRoot: new RegExp(String.raw`\$${rest}`), fromPick: new RegExp(String.raw`\[${group.slice('[\\[(]'.length)}${rest}`) };
})();

/** Words that begin an entry of an action, an answer or a test, and may be names of parameters all the same. */
const ENTRY_WORDS = [
  'json', 'form', 'query', 'text', 'body', 'multipart', 'header', 'timeout', 'retry', 'give', 'rate', 'accept', 'require',
  'refuse', 'limit', 'on_fail', 'on_crash', 'key', 'method',
];

/** Words that may begin a value, and may be a name all the same. */
const PLACE_WORDS = ['header', 'query', 'path', 'body'];

module.exports = grammar({
  name: 'wj',

  extras: $ => [/[\s\u00a0\ufeff]/, $.comment],

  word: $ => $.identifier,

  supertypes: $ => [$._item, $._statement, $._test_step, $._expression],

  conflicts: $ => [
    [$.reference, $.dotted],
    [$.when],
  ],

  rules: {
    source_file: $ => repeat($._item),

    _item: $ => choice($.const, $.pipeline, $.connector, $.test),

    const: $ => seq('const', field('name', $.identifier), '=', field('value', $._expression)),
    pipeline: $ => seq('pipeline', field('name', $.identifier), optional(field('title', $._text)), field('body', $.block)),
    connector: $ =>
      seq('connector', field('name', $.identifier), optional(field('title', $._text)), field('body', $.connector_body)),
    test: $ => seq('test', field('title', $._text), optional($.rows), field('body', $.test_body)),
    rows: $ => seq('for', field('name', $.identifier), 'in', field('list', $._expression)),

    // ── Pipelines ──

    block: $ => lines($._statement),

    _statement: $ => choice(
      $.on, $.cors, $.limit_body, $.limit_rate, $.keep, $.keep_failed, $.read_body, $.verify, $.on_failure, $.dedupe,
      $.extract, $.let, $.when, $.match, $.for, $.respond, $.wait, $.stop, $.abort, $.action,
    ),

    on: $ => seq('on', optional(list(alias($.identifier, $.method_name))), field('route', $._text)),
    cors: $ => seq('cors', list($._expression)),
    limit_body: $ => seq('limit', 'body', $._expression),
    limit_rate: $ => seq('limit', 'rate', $._expression, 'per', $._expression, optional(seq('by', $._expression))),
    keep: $ => seq('keep', list($._expression)),
    keep_failed: $ => seq('keep_failed', $._expression),
    read_body: $ => seq('read', 'body', 'as', $.identifier, optional(seq('charset', $._text))),
    verify: $ => seq('verify', field('scheme', $.identifier), repeat($._operand), optional($.parameters)),
    _operand: $ => choice($._text, $._simple, $.place, $.list, '==', 'in'),
    parameters: $ => lines($._parameters),
    on_failure: $ => seq('on_failure', lines($.notify)),
    notify: $ => seq('notify', field('channel', $.identifier), list($._expression)),

    dedupe: $ => seq('dedupe', 'by', $._expression, 'within', $._expression),
    extract: $ => seq('extract', optional(field('source', $._simple)), optional($.on_missing), $.fields),
    let: $ => seq(
      'let', field('name', $.identifier), '=',
      field('value', choice($._expression, alias($.asked_action, $.action))),
      optional($.on_missing),
    ),
    when: $ => seq(
      'when', field('condition', $._expression), $.block,
      repeat($.else_when), optional($.else),
    ),
    else_when: $ => seq(optional('\n'), 'else', 'when', field('condition', $._expression), $.block),
    else: $ => seq(optional('\n'), 'else', $.block),
    match: $ => seq('match', field('subject', $._expression), lines(choice($.arm, $.else_arm))),
    arm: $ => seq(list($._expression), $.block),
    else_arm: $ => seq('else', $.block),
    for: $ => seq(
      'for', field('name', $.identifier), 'in', field('list', $._expression),
      optional(seq(optional(','), 'at', 'most', $._expression)), $.block,
    ),
    respond: $ => seq('respond', optional($._status), repeat($._text), optional($.entries)),
    _status: $ => choice($.number, $._simple),
    wait: $ => seq('wait', $._expression),
    stop: $ => seq('stop', optional($._text)),
    abort: $ => seq('abort', optional($._status), optional($._text)),

    // ── Reaching into outside data ──

    fields: $ => lines(list($.field)),
    field: $ => seq(
      field('name', $.identifier), '=', field('path', $._any_path), optional(seq('as', $.reader)), optional($.on_missing),
    ),
    reader: $ => seq(field('name', $.identifier), optional($.arguments)),
    on_missing: $ => seq('on_missing', choice($.abort, 'empty', seq('default', $._expression))),
    path: _ => path.fromRoot,
    // `["raw"][1]`, where no value may stand.
    picked: _ => path.fromPick,
    _any_path: $ => choice($.path, alias($.picked, $.path)),

    // ── Actions, and what stands in the blocks of actions and answers ──

    action: $ => seq(field('name', $.dotted), optional(field('url', $._text)), optional($.entries)),
    // Behind `let x =` a dotted name is an action only if a text or a block follows.
    asked_action: $ =>
      seq(field('name', $.dotted), choice(seq(field('url', $._text), optional($.entries)), $.entries)),
    dotted: $ => seq($.identifier, repeat1(seq('.', $.identifier))),
    entries: $ => lines($._entry),

    _entry: $ => choice(
      $._parameters, $.header, $.part, $.timeout, $.retry, $.give_up, $.rate, $.accept, $.require, $.refuse, $.limit_answer,
      $.on_fail, $.on_crash, $.key, $.method,
    ),
    _parameters: $ => prec.left(list($.parameter)),
    parameter: $ => seq(
      field('name', choice($.identifier, alias(choice(...ENTRY_WORDS), $.identifier))), '=', field('value', $._expression),
    ),
    header: $ => seq('header', field('name', $._text), '=', field('value', $._expression)),
    part: $ => seq(choice('json', 'form', 'query', 'text', 'body', 'multipart'), $._expression),
    timeout: $ => seq('timeout', $._expression),
    retry: $ => seq('retry', choice('none', seq(
      $._expression, optional('times'),
      optional(seq(optional(','), 'first', $._expression)),
      optional(seq(optional(','), 'at', 'most', $._expression)),
    ))),
    give_up: $ => seq('give', 'up', 'after', $._expression),
    rate: $ => seq('rate', $._expression, 'per', $._expression),
    accept: $ => seq('accept', list($._expression)),
    require: $ => seq('require', $._any_path),
    refuse: $ => seq('refuse', $._any_path),
    limit_answer: $ => seq('limit', 'answer', $._expression),
    on_fail: $ => seq('on_fail', choice('continue', $.block)),
    on_crash: $ => seq('on_crash', $.identifier),
    key: $ => seq('key', choice('auto', $._expression)),
    method: $ => seq('method', $._text),

    // ── Connectors ──

    connector_body: $ => lines(choice($.base, $.connector_action)),
    base: $ => seq('base', $._text),
    connector_action: $ =>
      seq('action', field('name', $.identifier), optional(field('title', $._text)), field('body', $.action_body)),
    action_body: $ => lines(choice($.connector_param, $.action, $.returns)),
    connector_param: $ => seq(
      'param', field('name', $.identifier), field('kind', $.identifier),
      optional(choice('optional', seq('default', $._expression))), optional($._text),
    ),
    returns: $ => seq('returns', optional($.on_missing), $.fields),

    // ── Tests ──

    test_body: $ => lines($._test_step),
    _test_step: $ => choice($.send, $.at, $.given, $.expect),
    send: $ => seq(
      'send', alias($.identifier, $.method_name), field('route', $._text), repeat(choice($.body, $.sent_header, 'signed')),
    ),
    body: $ => seq(choice('json', 'form', 'text', 'file'), $._expression),
    sent_header: $ => seq('header', field('name', $._text), '=', field('value', $._expression)),
    at: $ => seq('at', $._text),
    given: $ => seq('given', field('name', $.dotted), optional(field('url', $._text)), $.answer, repeat(seq('then', $.answer))),
    answer: $ => choice('fails', 'refuses', seq('times', 'out'), seq('answers', $._status, optional($.body))),
    expect: $ => seq('expect', choice(
      seq('no', 'actions'),
      seq('status', $._expression),
      seq('text', $._expression),
      seq('json', $._expression),
      $.sent_header,
      seq(field('name', $.dotted), optional(field('url', $._text)), optional($.count), optional($.parameters)),
      seq(field('state', $.identifier), optional($._text)),
    )),
    count: $ => choice('once', 'never', seq(choice($.number, $._simple), 'times')),

    // ── Expressions ──

    _expression: $ => choice(
      $.binary, $.unary, $.if, $._text, $.number, $.duration, $.size, $.constant, $.place, $._simple, $.parenthesized, $.list,
      $.object, alias($.index_of_literal, $.index),
    ),
    binary: $ => choice(
      ...[
        [1, 'or'], [2, 'and'],
        [4, '=='], [4, '!='], [4, '<='], [4, '>='], [4, '<'], [4, '>'], [4, 'in'],
        [5, '+'], [5, '-'], [6, '*'], [6, '/'], [6, '%'],
      ].map(([level, sign]) => prec.left(Number(level), seq($._expression, field('operator', sign), $._expression))),
    ),
    unary: $ => choice(prec(3, seq('not', $._expression)), prec(7, seq('-', $._expression))),
    if: $ => prec.right(seq('if', $._expression, 'then', $._expression, 'else', $._expression)),
    constant: _ => choice('true', 'false', 'empty', 'null'),
    // A place in the request, as `verify` names it.
    place: $ => prec(1, choice(seq(choice('header', 'query', 'path'), $.text), seq('body', $.path))),
    parenthesized: $ => seq('(', $._expression, ')'),
    list: $ => seq('[', optional(seq(list($._expression), optional(','))), ']'),
    object: $ => seq('{', optional(seq(list($.member), optional(','))), '}'),
    member: $ => seq(field('name', choice($.identifier, $.text, $.plain_text)), ':', field('value', $._expression)),

    // What may be reached into.
    _simple: $ => choice($.reference, $.call, $.member_of, $.index),
    reference: $ => prec.dynamic(1, choice($.identifier, alias(choice(...PLACE_WORDS), $.identifier))),
    call: $ => prec(9, seq(field('name', $.reference), $.arguments)),
    arguments: $ => seq('(', optional(seq(list($._expression), optional(','))), ')'),
    member_of: $ => prec(9, seq($._simple, '.', field('name', $.identifier))),
    index: $ => prec(9, seq($._simple, '[', $._expression, ']')),
    index_of_literal: $ => prec(9, seq(choice($.list, $.parenthesized, $.object), '[', $._expression, ']')),

    // ── Literals ──

    _text: $ => choice($.text, $.long_text, $.plain_text),
    text: $ => seq(
      '"',
      repeat(choice(alias(token.immediate(prec(1, /[^"\\{\n]+/)), $.chunk), $.escape, $.insert)),
      token.immediate('"'),
    ),
    long_text: $ => seq(
      '"""',
      repeat(choice(
        alias(token.immediate(prec(1, /[^"\\{]+/)), $.chunk), alias(token.immediate('"'), $.chunk), $.escape, $.insert,
      )),
      token.immediate('"""'),
    ),
    plain_text: _ => /'[^'\n]*'/,
    escape: _ => token.immediate(prec(1, /\\(u\{[0-9a-fA-F]{1,6}\}|[^\n])/)),
    insert: $ => seq(token.immediate('{'), $._expression, '}'),

    duration: _ => /[0-9]+(ms|s|m|h|d)/,
    size: _ => /[0-9]+(KB|MB|GB|B)/,
    number: _ => /[0-9]+(\.[0-9]+)?/,
    identifier: _ => /[_\p{XID_Start}][_\p{XID_Continue}]*/,
    comment: _ => token(seq('#', /[^\r\n]*/)),
  },
});
