//! The messages with which this contract says no: a closed list, each with its cause and with what
//! whoever asked can do.
//!
//! Three are known from IBM's clients (`BZSAP1011E`, `BZSAP1033E`, `BZSUS1926E`). All others are ours,
//! in the same form and numbered from 9000, so that none can be taken for one of theirs: `AP` is about
//! requests and their fields, `AU` about who may do what, `BU` about what the business does not allow,
//! `CU` about customers, `SY` about the system, `US` about subscribers and what they hold.
//!
//! | id | status | text | cause | user action |
//! |---|---|---|---|---|
//! | `BZSAP1011E` | 400 | `The [{0}] input value that was provided for the [{1}] field is invalid.` | a field or parameter has a value that is none of those it can have | Provide a valid input value for the [{1}] field. |
//! | `BZSAP1033E` | 400 | `The [{0}] field requires a string value.` | a required text is missing or empty, or something else than a text is in its place | Provide a valid string value for the [{0}] field. |
//! | `BZSAP9001E` | 400 | `The request body is not valid JSON: {0}.` | the body cannot be read | Send a complete JSON document. |
//! | `BZSAP9002E` | 400 | `The value of the [{0}] field is longer than {1} characters.` | a text is longer than its field takes | Provide a value of at most {1} characters for the [{0}] field. |
//! | `BZSAP9003E` | 400 | `The [{0}] field requires {1}.` | a required object, list or number is missing, or something else is in its place | Provide {1} for the [{0}] field. |
//! | `BZSAP9004E` | 400 | `The [{0}] field {1}.` | a value breaks a rule of its field, such as the form of a mail address | Provide a value for the [{0}] field that keeps the rule. |
//! | `BZSAP9005E` | 400 | `The [{0}] parameter is required.` | a parameter is missing or empty | Provide the [{0}] parameter in the query of the request. |
//! | `BZSAP9006E` | 400 | `The [_pageSize] parameter is larger than {0}.` | a page is to have more than 100 items | Ask for at most {0} items in one page. |
//! | `BZSAP9007E` | 400 | `There is no named query [{0}] for this resource.` | `_namedQuery` is missing where one is needed, or names none | Use one of the named queries of the resource: {1}. |
//! | `BZSAP9008E` | 400 | `The x-operation header [{0}] names no operation of this resource.` | the header is missing or names no operation | Use one of the operations of the resource: {1}. |
//! | `BZSAP9009E` | 400 | `Invalid URI.` | an id in the path is no number | Use the number of the object as its id in the path. |
//! | `BZSAP9010E` | 400 | `{0} Id should be a valid integer.` | an id in the path is less than any that there is, or larger | Use the id that the creation of the object answered. |
//! | `BZSAP9011E` | 404 | `There is no resource at [{0}].` | the path is none of this contract | Check the address of the request. |
//! | `BZSAP9012E` | 405 | `The [{0}] method is not supported for this resource.` | the path does not have the method | Use another method. |
//! | `BZSAP9013E` | 406 | `Only application/json is given here.` | the client takes no JSON | Accept application/json. |
//! | `BZSAP9014E` | 409 | `The idempotency key was used for another request.` | `Idempotency-Key` came with another request before | Use another key for another request. |
//! | `BZSAP9015E` | 413 | `The request body is larger than {0} bytes.` | the body is larger than is taken | Send less. |
//! | `BZSAP9016E` | 415 | `The request body must be application/json.` | the body is of another type, or does not say of which | Send the header Content-Type: application/json. |
//! | `BZSAP9017E` | 400 | `Another service component of the company is called [{0}].` | two applications of a company are to have one name | Provide another DisplayName. |
//! | `BZSAP9018E` | 408 | `The request body did not come within {0} seconds.` | the body does not come as a whole in time | Send the request again. |
//! | `BZSAU9001E` | 401 | `The credentials are missing or not valid.` | no or wrong credentials, a subscriber that is not active, a password that is to be changed, or a login that is locked after too many failures | Send the login name and the password of an active subscriber. A one-time password has to be changed first. |
//! | `BZSAU9002E` | 403 | `User is not authorized to perform this operation.` | the roles of the caller do not allow the operation, or not for this object | Ask somebody who has the role for it. |
//! | `BZSAU9003E` | 403 | `The request needs the token of the session's own page.` | a browser's session without the token of its own page | Send X-CSRF-Token, or use HTTP Basic. |
//! | `BZSAU9004E` | 400 | `The login name or the old password is wrong, or too many attempts have failed.` | changePassword with a password that is not the present one | Provide the present password. After a while it can be tried again. |
//! | `BZSAU9005E` | 400 | `The new password is refused: {0}.` | the new password breaks a rule, was used before, or was changed less than a day ago | Choose a password that keeps the rules. |
//! | `BZSAU9006E` | 400 | `The values of the [NewPassword] and [ConfirmPassword] fields differ.` | changePassword with two different new passwords | Provide the same password twice. |
//! | `BZSAU9007E` | 403 | `The password has expired.` | the password is older than the customer lets passwords be; nothing but its own change is open to it | Call changePassword with it for your own LoginName, or choose another one on the sign-in page. |
//! | `BZSBU9001E` | 400 | `The operation is not possible: {0}.` | a rule of the business that has no message of its own | Change what keeps it from being done, and try again. |
//! | `BZSBU9101E` | 400 | `The part [{0}] cannot be ordered for {1}.` | an order for a duration that is no term of the offering | Order the part for one of the durations that its offering has: {2}. |
//! | `BZSBU9102E` | 400 | `A pooled subscription is not enlarged by an update.` | PUT with another PartQuantity or NumberOfSeats for a pooled subscription | Order the part again: the new subscription enlarges the pool. |
//! | `BZSBU9103E` | 400 | `The order {0}.` | an order with acceptTOU=false of a part whose offering has terms of use | Order with acceptTOU=true when the customer accepts the terms of use. |
//! | `BZSCU9001E` | 400 | `The state of the customer does not allow the operation: {0}.` | an operation that the state of the customer forbids | Get the customer and check its CustomerState. |
//! | `BZSCU9002E` | 409 | `The customer cannot be removed: {0}.` | something would be left without its customer | End what the customer still has, and try again. |
//! | `BZSSY9001E` | 500 | `The server failed; its log knows why.` | a failure of the server | Try again later, or tell the operator the x-request-id of the answer. |
//! | `BZSSY9002E` | 503 | `The server is busy.` | too much is going on | Try again in a moment. |
//! | `BZSSY9003E` | 507 | `The disk of the server is full: nothing can be written.` | the disk is full | Tell the operator. |
//! | `BZSUS1926E` | 404 | `The subscriber already has a seat for the subscription.` | entitling a subscriber twice | Check that the subscriber already has the same subscription. |
//! | `BZSUS9001E` | 404 | `{0} not found.` | the object is not there, is gone, or belongs to somebody else | Check the id, and that the object belongs to your organization. |
//! | `BZSUS9002E` | 400 | `The email address already exists.` | a subscriber gets an address that another one has | Provide an email address that no subscriber of the service has. |
//! | `BZSUS9003E` | 400 | `The state of the subscriber does not allow the operation: {0}.` | an operation that the state of the subscriber forbids | Get the subscriber and check its SubscriberState. |
//! | `BZSUS9004E` | 409 | `The organization would be left without an active administrator.` | the last administrator of an organization is suspended, removed or loses the role | Give the role to another active subscriber of the organization first. |
//! | `BZSUS9005E` | 400 | `Nobody does this to itself: {0}.` | setting or resetting one's own password, or changing one's own EmailAddress | Change your own password by changePassword. For what you sign in with, ask another administrator. |
//! | `BZSUS9101E` | 400 | `No seat of the subscription is left: {0}.` | entitling somebody when all seats are taken | Revoke a seat, or update the NumberOfSeats of the subscription. |
//! | `BZSUS9102E` | 404 | `Seat with specified ID does not exist.` | a seat that is not there, was revoked, or belongs to somebody else | Get the subscriber and use the id of one of the seats in its SeatSet. |
//! | `BZSUS9103E` | 400 | `Seat does not belong to the given {0}` | a seat with the id of another subscription or subscriber in the path | Use the {0} to which the seat belongs. |
//! | `BZSUS9104E` | 400 | `The seat does not allow the operation: {0}.` | an operation that a seat, or what is left of its pool, forbids | Get the subscriber and check the seats in its SeatSet. |
//! | `BZSUS9105E` | 400 | `The state of the subscription does not allow the operation: {0}.` | an operation that the state of the subscription forbids | Get the subscription and check its SubscriptionState. |
//! | `BZSUS9106E` | 400 | `ChangeQuota can be called only for Pooled Subscriptions` | changeQuota for a seat of a subscription that is no pool | Use a seat of a pooled subscription. |
//! | `BZSUS9107E` | 400 | `SubscriptionId in the URI must be same as the subscriptionId in Seat JSON` | changeQuota with a SubscriptionId that is not that of the path | Send the seat as it was got, to the subscription to which it belongs. |

use super::error::Said;

/// One of the messages.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Message {
    /// Its id.
    pub(super) id: &'static str,
    /// The status that it comes with.
    pub(super) status: u16,
    /// What it says, with `{0}` and `{1}` where a value belongs.
    pub(super) text: &'static str,
    /// What whoever asked can do.
    pub(super) action: &'static str,
    /// When it comes.
    #[allow(dead_code, reason = "it is for the table above, which a test holds it against")]
    cause: &'static str,
}

macro_rules! messages {
    ($($name:ident = $id:literal $status:literal $text:literal $action:literal $cause:literal;)+) => {
        $(pub(super) const $name: Message = Message {
            id: $id, status: $status, text: $text, action: $action, cause: $cause,
        };)+

        /// All messages, by id.
        pub(super) const ALL: &[&Message] = &[$(&$name,)+];
    };
}

messages! {
    VALUE_INVALID = "BZSAP1011E" 400
        "The [{0}] input value that was provided for the [{1}] field is invalid."
        "Provide a valid input value for the [{1}] field."
        "a field or parameter has a value that is none of those it can have";
    TEXT_REQUIRED = "BZSAP1033E" 400
        "The [{0}] field requires a string value."
        "Provide a valid string value for the [{0}] field."
        "a required text is missing or empty, or something else than a text is in its place";
    MALFORMED = "BZSAP9001E" 400
        "The request body is not valid JSON: {0}."
        "Send a complete JSON document."
        "the body cannot be read";
    TEXT_TOO_LONG = "BZSAP9002E" 400
        "The value of the [{0}] field is longer than {1} characters."
        "Provide a value of at most {1} characters for the [{0}] field."
        "a text is longer than its field takes";
    KIND_WRONG = "BZSAP9003E" 400
        "The [{0}] field requires {1}."
        "Provide {1} for the [{0}] field."
        "a required object, list or number is missing, or something else is in its place";
    RULE_BROKEN = "BZSAP9004E" 400
        "The [{0}] field {1}."
        "Provide a value for the [{0}] field that keeps the rule."
        "a value breaks a rule of its field, such as the form of a mail address";
    PARAMETER_REQUIRED = "BZSAP9005E" 400
        "The [{0}] parameter is required."
        "Provide the [{0}] parameter in the query of the request."
        "a parameter is missing or empty";
    PAGE_TOO_LARGE = "BZSAP9006E" 400
        "The [_pageSize] parameter is larger than {0}."
        "Ask for at most {0} items in one page."
        "a page is to have more than 100 items";
    QUERY_UNKNOWN = "BZSAP9007E" 400
        "There is no named query [{0}] for this resource."
        "Use one of the named queries of the resource: {1}."
        "`_namedQuery` is missing where one is needed, or names none";
    OPERATION_UNKNOWN = "BZSAP9008E" 400
        "The x-operation header [{0}] names no operation of this resource."
        "Use one of the operations of the resource: {1}."
        "the header is missing or names no operation";
    URI_INVALID = "BZSAP9009E" 400
        "Invalid URI."
        "Use the number of the object as its id in the path."
        "an id in the path is no number";
    ID_INVALID = "BZSAP9010E" 400
        "{0} Id should be a valid integer."
        "Use the id that the creation of the object answered."
        "an id in the path is less than any that there is, or larger";
    NO_PATH = "BZSAP9011E" 404
        "There is no resource at [{0}]."
        "Check the address of the request."
        "the path is none of this contract";
    NO_METHOD = "BZSAP9012E" 405
        "The [{0}] method is not supported for this resource."
        "Use another method."
        "the path does not have the method";
    NOT_ACCEPTABLE = "BZSAP9013E" 406
        "Only application/json is given here."
        "Accept application/json."
        "the client takes no JSON";
    KEY_REUSED = "BZSAP9014E" 409
        "The idempotency key was used for another request."
        "Use another key for another request."
        "`Idempotency-Key` came with another request before";
    TOO_LARGE = "BZSAP9015E" 413
        "The request body is larger than {0} bytes."
        "Send less."
        "the body is larger than is taken";
    MEDIA_TYPE = "BZSAP9016E" 415
        "The request body must be application/json."
        "Send the header Content-Type: application/json."
        "the body is of another type, or does not say of which";
    NAME_TAKEN = "BZSAP9017E" 400
        "Another service component of the company is called [{0}]."
        "Provide another DisplayName."
        "two applications of a company are to have one name";
    SLOW = "BZSAP9018E" 408
        "The request body did not come within {0} seconds."
        "Send the request again."
        "the body does not come as a whole in time";
    NOT_AUTHENTICATED = "BZSAU9001E" 401
        "The credentials are missing or not valid."
        "Send the login name and the password of an active subscriber. A one-time password has to be changed first."
        "no or wrong credentials, a subscriber that is not active, a password that is to be changed, or a login that is locked after too many failures";
    NOT_AUTHORIZED = "BZSAU9002E" 403
        "User is not authorized to perform this operation."
        "Ask somebody who has the role for it."
        "the roles of the caller do not allow the operation, or not for this object";
    CROSS_SITE = "BZSAU9003E" 403
        "The request needs the token of the session's own page."
        "Send X-CSRF-Token, or use HTTP Basic."
        "a browser's session without the token of its own page";
    PASSWORD_WRONG = "BZSAU9004E" 400
        "The login name or the old password is wrong, or too many attempts have failed."
        "Provide the present password. After a while it can be tried again."
        "changePassword with a password that is not the present one";
    PASSWORD_REFUSED = "BZSAU9005E" 400
        "The new password is refused: {0}."
        "Choose a password that keeps the rules."
        "the new password breaks a rule, was used before, or was changed less than a day ago";
    PASSWORDS_DIFFER = "BZSAU9006E" 400
        "The values of the [NewPassword] and [ConfirmPassword] fields differ."
        "Provide the same password twice."
        "changePassword with two different new passwords";
    PASSWORD_EXPIRED = "BZSAU9007E" 403
        "The password has expired."
        "Call changePassword with it for your own LoginName, or choose another one on the sign-in page."
        "the password is older than the customer lets passwords be; nothing but its own change is open to it";
    NOT_POSSIBLE = "BZSBU9001E" 400
        "The operation is not possible: {0}."
        "Change what keeps it from being done, and try again."
        "a rule of the business that has no message of its own";
    TERM_UNKNOWN = "BZSBU9101E" 400
        "The part [{0}] cannot be ordered for {1}."
        "Order the part for one of the durations that its offering has: {2}."
        "an order for a duration that is no term of the offering";
    POOL_GROWS_BY_ORDER = "BZSBU9102E" 400
        "A pooled subscription is not enlarged by an update."
        "Order the part again: the new subscription enlarges the pool."
        "PUT with another PartQuantity or NumberOfSeats for a pooled subscription";
    TERMS_OPEN = "BZSBU9103E" 400
        "The order {0}."
        "Order with acceptTOU=true when the customer accepts the terms of use."
        "an order with acceptTOU=false of a part whose offering has terms of use";
    CUSTOMER_STATE = "BZSCU9001E" 400
        "The state of the customer does not allow the operation: {0}."
        "Get the customer and check its CustomerState."
        "an operation that the state of the customer forbids";
    CUSTOMER_IN_USE = "BZSCU9002E" 409
        "The customer cannot be removed: {0}."
        "End what the customer still has, and try again."
        "something would be left without its customer";
    INTERNAL = "BZSSY9001E" 500
        "The server failed; its log knows why."
        "Try again later, or tell the operator the x-request-id of the answer."
        "a failure of the server";
    BUSY = "BZSSY9002E" 503
        "The server is busy."
        "Try again in a moment."
        "too much is going on";
    FULL = "BZSSY9003E" 507
        "The disk of the server is full: nothing can be written."
        "Tell the operator."
        "the disk is full";
    SEAT_TAKEN = "BZSUS1926E" 404
        "The subscriber already has a seat for the subscription."
        "Check that the subscriber already has the same subscription."
        "entitling a subscriber twice";
    NOT_FOUND = "BZSUS9001E" 404
        "{0} not found."
        "Check the id, and that the object belongs to your organization."
        "the object is not there, is gone, or belongs to somebody else";
    EMAIL_TAKEN = "BZSUS9002E" 400
        "The email address already exists."
        "Provide an email address that no subscriber of the service has."
        "a subscriber gets an address that another one has";
    SUBSCRIBER_STATE = "BZSUS9003E" 400
        "The state of the subscriber does not allow the operation: {0}."
        "Get the subscriber and check its SubscriberState."
        "an operation that the state of the subscriber forbids";
    LAST_ADMINISTRATOR = "BZSUS9004E" 409
        "The organization would be left without an active administrator."
        "Give the role to another active subscriber of the organization first."
        "the last administrator of an organization is suspended, removed or loses the role";
    NOT_FOR_ONESELF = "BZSUS9005E" 400
        "Nobody does this to itself: {0}."
        "Change your own password by changePassword. For what you sign in with, ask another administrator."
        "setting or resetting one's own password, or changing one's own EmailAddress";
    NO_SEAT_LEFT = "BZSUS9101E" 400
        "No seat of the subscription is left: {0}."
        "Revoke a seat, or update the NumberOfSeats of the subscription."
        "entitling somebody when all seats are taken";
    SEAT_GONE = "BZSUS9102E" 404
        "Seat with specified ID does not exist."
        "Get the subscriber and use the id of one of the seats in its SeatSet."
        "a seat that is not there, was revoked, or belongs to somebody else";
    SEAT_ELSEWHERE = "BZSUS9103E" 400
        "Seat does not belong to the given {0}"
        "Use the {0} to which the seat belongs."
        "a seat with the id of another subscription or subscriber in the path";
    SEAT_STATE = "BZSUS9104E" 400
        "The seat does not allow the operation: {0}."
        "Get the subscriber and check the seats in its SeatSet."
        "an operation that a seat, or what is left of its pool, forbids";
    SUBSCRIPTION_STATE = "BZSUS9105E" 400
        "The state of the subscription does not allow the operation: {0}."
        "Get the subscription and check its SubscriptionState."
        "an operation that the state of the subscription forbids";
    NO_POOL = "BZSUS9106E" 400
        "ChangeQuota can be called only for Pooled Subscriptions"
        "Use a seat of a pooled subscription."
        "changeQuota for a seat of a subscription that is no pool";
    SUBSCRIPTIONS_DIFFER = "BZSUS9107E" 400
        "SubscriptionId in the URI must be same as the subscriptionId in Seat JSON"
        "Send the seat as it was got, to the subscription to which it belongs."
        "changeQuota with a SubscriptionId that is not that of the path";
}

impl Message {
    /// What it says with values in it. What stands in a value is no place for another.
    pub(super) fn with<const N: usize>(&'static self, values: [&str; N]) -> Said {
        let fill = |text: &str| {
            let mut pieces = text.split('{');
            let mut filled = pieces.next().unwrap_or_default().to_owned();
            for piece in pieces {
                let place = piece.split_once('}');
                let value =
                    place.and_then(|it| Some((values.get(it.0.parse::<usize>().ok()?)?, it.1)));
                match value {
                    Some((value, rest)) => filled.extend([value, rest]),
                    None => filled.extend(["{", piece]),
                }
            }
            filled
        };
        Said { message: self, text: fill(self.text), action: fill(self.action), valid: &[] }
    }

    /// The message with an id.
    pub(super) fn find(id: &str) -> Option<&'static Self> {
        ALL.iter().find(|it| it.id == id).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table in the documentation of this file.
    fn table() -> String {
        let row = |it: &&Message| {
            format!(
                "//! | `{}` | {} | `{}` | {} | {} |\n",
                it.id, it.status, it.text, it.cause, it.action
            )
        };
        let head = "//! | id | status | text | cause | user action |\n//! |---|---|---|---|---|\n";
        head.to_owned() + &ALL.iter().map(row).collect::<String>()
    }

    #[test]
    fn the_documentation_lists_all_of_them() {
        let source = include_str!("message.rs");
        let end = source.find("\nuse ").expect("the documentation stands before everything else");
        assert!(source[..end].contains(&table()), "put this into the documentation:\n{}", table());
    }

    #[test]
    fn ids_are_in_order_and_have_the_form() {
        assert!(ALL.windows(2).all(|it| it[0].id < it[1].id));
        for message in ALL {
            let (id, digits) = (message.id, &message.id[5..9]);
            assert!(id.starts_with("BZS") && id.ends_with('E') && id.len() == 10, "{id}");
            assert!(id[3..5].bytes().all(|it| it.is_ascii_uppercase()), "{id}");
            let known = ["BZSAP1011E", "BZSAP1033E", "BZSUS1926E"].contains(&id);
            assert!(known || ("9000".."9999").contains(&digits), "{id}");
        }
    }

    #[test]
    fn values_stand_where_they_belong() {
        let said = VALUE_INVALID.with(["", "BillingFrequency"]);
        let text =
            "The [] input value that was provided for the [BillingFrequency] field is invalid.";
        assert_eq!(said.text, text);
        assert_eq!(said.action, "Provide a valid input value for the [BillingFrequency] field.");
        let odd = VALUE_INVALID.with(["{1}", "Country"]);
        assert!(odd.text.starts_with("The [{1}] input value"), "{}", odd.text);
    }
}
