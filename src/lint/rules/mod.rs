//! The rules, one file each. A new rule is a file, its line in `ALL`, and its page in `docs/codes/`.

mod action_before_respond;
mod insecure_secret;
mod literal_token;
mod mixed_alphabets;
mod never_true;
mod no_test;
mod outside_value_in_header;
mod partial_answer;
mod private_target;
mod retry_without_key;
mod scattered_secret;
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
    insecure_secret::RULE,
    literal_token::RULE,
    mixed_alphabets::RULE,
    never_true::RULE,
    no_test::RULE,
    outside_value_in_header::RULE,
    partial_answer::RULE,
    private_target::RULE,
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
