//! The rules, one file each. A new rule is a file, its line in `ALL`, and its page in `docs/codes/`.

mod action_before_respond;
mod colon_parameter;
mod compared_with_bool;
mod compared_with_itself;
mod constant_key;
mod cors_by_hand;
mod default_empty;
mod dollar_insertion;
mod empty_branch;
mod equal_branches;
mod insecure_secret;
mod literal_token;
mod minutes_for_month;
mod mixed_alphabets;
mod needless_if;
mod needless_insertion;
mod needless_stop;
mod negated_comparison;
mod never_true;
mod no_test;
mod nothing_expected;
mod outside_value_in_header;
mod partial_answer;
mod private_target;
mod quoted_value;
mod repeated_condition;
mod repeated_title;
mod retry_without_key;
pub(super) mod scattered_secret;
mod sent_before_abort;
mod time_in_the_past;
mod timeout_above_stop;
mod unreachable_step;
mod unusable_origin;
mod unused_constant;
mod unused_field;
mod unused_let;
mod unused_names;

use super::Rule;

/// Every rule, by name.
pub static ALL: &[Rule] = &[
    action_before_respond::RULE,
    colon_parameter::RULE,
    compared_with_bool::RULE,
    compared_with_itself::RULE,
    constant_key::RULE,
    cors_by_hand::RULE,
    default_empty::RULE,
    dollar_insertion::RULE,
    empty_branch::RULE,
    equal_branches::RULE,
    insecure_secret::RULE,
    literal_token::RULE,
    minutes_for_month::RULE,
    mixed_alphabets::RULE,
    needless_if::RULE,
    needless_insertion::RULE,
    needless_stop::RULE,
    negated_comparison::RULE,
    never_true::RULE,
    no_test::RULE,
    nothing_expected::RULE,
    outside_value_in_header::RULE,
    partial_answer::RULE,
    private_target::RULE,
    quoted_value::RULE,
    repeated_condition::RULE,
    repeated_title::RULE,
    retry_without_key::RULE,
    scattered_secret::RULE,
    sent_before_abort::RULE,
    time_in_the_past::RULE,
    timeout_above_stop::RULE,
    unreachable_step::RULE,
    unusable_origin::RULE,
    unused_constant::RULE,
    unused_field::RULE,
    unused_let::RULE,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_sorted_by_name() {
        assert!(ALL.is_sorted_by_key(|rule| rule.code.name));
    }
}
