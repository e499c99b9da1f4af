//! An object that a caller gave, read member by member, so that an error names the member. The facade has copied it, so
//! that it has no prototype and does not change.

use js_sys::{Array, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

use crate::error::{Code, Error};

/// The members of an object, and what they are called in errors.
#[derive(Clone, Debug)]
pub(super) struct Fields {
    object: JsValue,
    path: String,
    code: Code,
}

impl Fields {
    pub(super) fn new(object: JsValue, path: &str, code: Code) -> Self {
        Self { object, path: path.into(), code }
    }

    /// The name of a member in errors, such as `options.region`.
    pub(super) fn path(&self, name: &str) -> String {
        format!("{}.{name}", self.path)
    }

    pub(super) fn invalid(&self, name: &str, what: &str) -> Error {
        Error::about(self.code, self.path(name), what)
    }

    /// The value of a member; undefined if there is none.
    pub(super) fn value(&self, name: &str) -> JsValue {
        if !self.object.is_object() {
            return JsValue::UNDEFINED;
        }
        Reflect::get(&self.object, &name.into()).unwrap_or(JsValue::UNDEFINED)
    }

    /// Whether a member is there and is not `false`, `0`, an empty string or null.
    pub(super) fn is_given(&self, name: &str) -> bool {
        self.value(name).is_truthy()
    }

    /// A string that may be left out.
    pub(super) fn text(&self, name: &str) -> Result<Option<String>, Error> {
        let value = self.value(name);
        if value.is_undefined() { Ok(None) } else { self.required_text(name).map(Some) }
    }

    /// A string that may not be left out.
    pub(super) fn required_text(&self, name: &str) -> Result<String, Error> {
        let text = self.value(name).as_string().filter(|text| !text.is_empty());
        text.ok_or_else(|| self.invalid(name, "must be a non-empty string"))
    }

    /// A boolean; left out it is false.
    pub(super) fn flag(&self, name: &str) -> Result<bool, Error> {
        let value = self.value(name);
        if value.is_undefined() {
            return Ok(false);
        }
        value.as_bool().ok_or_else(|| self.invalid(name, "must be true or false"))
    }

    /// A whole number from `least` to `most` that may be left out.
    pub(super) fn whole_number(&self, name: &str, least: u32, most: u32) -> Result<Option<u32>, Error> {
        let value = self.value(name);
        if value.is_undefined() {
            return Ok(None);
        }
        whole_number(&value)
            .filter(|number| (least..=most).contains(number))
            .map(Some)
            .ok_or_else(|| self.invalid(name, &format!("must be a whole number from {least} to {most}")))
    }

    /// The members of an object, or of nothing.
    pub(super) fn object(&self, name: &str) -> Fields {
        Fields { object: self.value(name), path: self.path(name), code: self.code }
    }

    /// Whether there is no object at all.
    pub(super) fn is_missing(&self) -> bool {
        self.object.is_undefined() || self.object.is_null()
    }

    /// The entries of an array that may be left out, each with its name in errors.
    pub(super) fn entries(&self, name: &str) -> Result<Option<Vec<Fields>>, Error> {
        let value = self.value(name);
        if value.is_undefined() {
            return Ok(None);
        }
        if !Array::is_array(&value) {
            return Err(self.invalid(name, "must be an array"));
        }
        let (array, path): (&Array, _) = (value.unchecked_ref(), self.path(name));
        let entry = |index| Fields { object: array.get(index), path: format!("{path}[{index}]"), code: self.code };
        Ok(Some((0..array.length()).map(entry).collect()))
    }

    /// The value itself as a non-empty string.
    pub(super) fn own_text(&self) -> Result<String, Error> {
        let text = self.object.as_string().filter(|text| !text.is_empty());
        text.ok_or_else(|| Error::about(self.code, self.path.clone(), "must be a non-empty string"))
    }
}

/// A member of an object that the page made: of its own, or of its class. What every object inherits does not count, as
/// any script can add to that.
///
/// # Errors
///
/// What a getter or a proxy throws.
pub(super) fn member(object: &JsValue, name: &str) -> Result<JsValue, JsValue> {
    let mut holder = Object::from(object.clone());
    for _ in 0..LONGEST_CHAIN {
        if is_own(&holder, name)? {
            return Reflect::get(object, &name.into());
        }
        let parent = Reflect::get_prototype_of(&holder)?;
        let is_root = !parent.is_object() || Reflect::get_prototype_of(&parent)?.is_null();
        if is_root {
            break;
        }
        holder = parent;
    }
    Ok(JsValue::UNDEFINED)
}

/// Whether a member is an object's own. (`Object::has_own` does not catch what a proxy throws.)
pub(super) fn is_own(object: &Object, name: &str) -> Result<bool, JsValue> {
    Ok(!Reflect::get_own_property_descriptor(object, &name.into())?.is_undefined())
}

/// How long a chain of prototypes may be: a proxy can make one without end.
const LONGEST_CHAIN: usize = 32;

/// A number without a fraction that fits 32 bits.
pub(super) fn whole_number(value: &JsValue) -> Option<u32> {
    let number = value.as_f64()?;
    // Conversion saturates, so that what does not fit is not equal.
    let whole = number as u32;
    (f64::from(whole) == number).then_some(whole)
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::super::super::evaluate;
    use super::*;

    fn fields(expression: &str) -> Fields {
        Fields::new(evaluate(expression), "options", Code::InvalidOption)
    }

    #[track_caller]
    fn assert_names<T: core::fmt::Debug>(outcome: Result<T, Error>, field: &str) {
        let error = outcome.unwrap_err();
        assert_eq!((error.code, error.field.as_deref()), (Code::InvalidOption, Some(field)));
    }

    const WRONG_TEXTS: [&str; 8] = ["''", "null", "7", "true", "{}", "['a']", "Symbol('a')", "new String('a')"];

    #[wasm_bindgen_test]
    fn a_member_of_another_kind_is_named() {
        for value in WRONG_TEXTS {
            let fields = fields(&format!("{{ a: {value} }}"));
            assert_names(fields.text("a"), "options.a");
            assert_names(fields.required_text("a"), "options.a");
        }
        for value in ["null", "0", "'true'", "{}", "new Boolean(true)"] {
            assert_names(fields(&format!("{{ a: {value} }}")).flag("a"), "options.a");
        }
        for value in ["null", "'7'", "0", "11", "1.5", "NaN", "Infinity", "-1", "2 ** 32 + 5", "5n", "[5]", "{}"] {
            assert_names(fields(&format!("{{ a: {value} }}")).whole_number("a", 1, 10), "options.a");
        }
        for value in ["null", "{}", "'ab'", "new Set()", "{ length: 1, 0: 'a' }", "new Uint8Array(1)"] {
            assert_names(fields(&format!("{{ a: {value} }}")).entries("a"), "options.a");
        }
    }

    #[wasm_bindgen_test]
    fn a_member_of_the_right_kind_is_read_and_may_be_left_out() {
        let some = fields("{ text: ' ☕', flag: true, number: 10, list: ['a', 7], inner: { deep: 'b' } }");
        assert_eq!(some.text("text").unwrap().as_deref(), Some(" ☕"));
        assert!(some.flag("flag").unwrap());
        assert_eq!(some.whole_number("number", 1, 10).unwrap(), Some(10));
        assert_eq!(some.object("inner").text("deep").unwrap().as_deref(), Some("b"));
        let entries = some.entries("list").unwrap().unwrap();
        assert_eq!(entries[0].own_text().unwrap(), "a");
        assert_names(entries[1].own_text(), "options.list[1]");
        assert_names(some.object("inner").required_text("other"), "options.inner.other");
        for none in [fields("{}"), fields("{ text: undefined, flag: undefined, number: undefined, list: undefined }")] {
            assert_eq!(none.text("text").unwrap(), None);
            assert!(!none.flag("flag").unwrap());
            assert_eq!(none.whole_number("number", 1, 10).unwrap(), None);
            assert!(none.entries("list").unwrap().is_none());
            assert!(none.object("inner").is_missing());
        }
    }

    #[wasm_bindgen_test]
    fn what_is_no_object_has_no_members() {
        for expression in ["undefined", "null", "7", "'text'", "Symbol('a')", "() => {}"] {
            let fields = fields(expression);
            assert_eq!(fields.text("length").unwrap(), None, "{expression}");
            assert_names(fields.required_text("length"), "options.length");
        }
        assert!(fields("undefined").is_missing() && fields("null").is_missing() && !fields("0").is_missing());
    }

    #[wasm_bindgen_test]
    fn a_whole_number_has_no_fraction_and_fits() {
        let read = |expression: &str| whole_number(&evaluate(expression));
        assert_eq!((read("0"), read("-0"), read("4294967295")), (Some(0), Some(0), Some(u32::MAX)));
        for expression in ["-1", "0.1", "4294967296", "NaN", "-Infinity", "'1'", "1n", "[1]", "{ valueOf: () => 1 }"] {
            assert_eq!(read(expression), None, "{expression}");
        }
    }

    fn own(expression: &str) -> Result<Option<String>, JsValue> {
        member(&evaluate(expression), "a").map(|value| value.as_string())
    }

    #[wasm_bindgen_test]
    fn a_member_is_the_objects_own_or_its_classs() {
        for expression in [
            "{ a: 'x' }",
            "{ __proto__: null, a: 'x' }",
            "new (class { get a() { return 'x' } })()",
            "new (class extends class { a = 'x' } {})()",
            "new (class extends class { get a() { return 'x' } } {})()",
            "Object.create({ a: 'x' })",
            "Object.create(Object.create(null, { a: { value: 'x' } }), { b: { value: 'x' } }).a ? { a: 'x' } : null",
            "new Proxy({ a: 'x' }, {})",
        ] {
            assert_eq!(own(expression).unwrap().as_deref(), Some("x"), "{expression}");
        }
        assert_eq!(own("{ b: 'x' }").unwrap(), None);
    }

    #[wasm_bindgen_test]
    fn what_every_object_inherits_is_no_member() {
        let read = || [own("{}"), own("new (class {})()"), own("Object.create({})"), own("Object.create(null)")];
        evaluate("Object.prototype.a = 'polluted'");
        let seen = read();
        evaluate("delete Object.prototype.a");
        for value in seen {
            assert_eq!(value.unwrap(), None);
        }
    }

    #[wasm_bindgen_test]
    fn what_a_member_throws_is_handed_on() {
        for expression in [
            "{ get a() { throw 'caught' } }",
            "new Proxy({ a: 'x' }, { get() { throw 'caught' } })",
            "new Proxy({}, { getOwnPropertyDescriptor() { throw 'caught' } })",
            "new Proxy({}, { getPrototypeOf() { throw 'caught' } })",
            "Object.create(new Proxy({}, { getPrototypeOf() { throw 'caught' } }))",
        ] {
            assert_eq!(own(expression).unwrap_err(), JsValue::from("caught"), "{expression}");
        }
    }

    #[wasm_bindgen_test]
    fn a_chain_of_prototypes_without_end_ends() {
        let endless = "(() => { const it = new Proxy({}, { getPrototypeOf: () => it }); return it; })()";
        assert_eq!(own(endless).unwrap(), None);
    }
}
