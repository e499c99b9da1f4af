//! What texts may name of a case, and the words for it when it is known and when it is not.

use super::{Lang, Text};

macro_rules! facts {
    ($($variant:ident $name:literal, known $known_en:literal / $known_ja:literal, else $else_en:literal / $else_ja:literal;)+) => {
        /// Something that texts name in braces.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(in crate::explain) enum Fact { $($variant,)+ }

        impl Fact {
            pub(in crate::explain) fn named(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)+ _ => None }
            }

            fn known(self) -> Text {
                match self { $(Self::$variant => Text { en: $known_en, ja: $known_ja },)+ }
            }

            fn unknown(self) -> Text {
                match self { $(Self::$variant => Text { en: $else_en, ja: $else_ja },)+ }
            }
        }
    };
}

// `_` stands for the value. Words for what is not known begin a sentence as well as they stand inside one.
facts! {
    Action "action", known "_" / " _ ", else "this action" / "このアクション";
    Amr "amr", known "_" / "_", else "authenticated or unauthenticated" / "authenticated または unauthenticated";
    Bucket "bucket", known "_" / " _ ", else "the bucket" / "バケット";
    Difference "difference", known "_" / "_", else "not in the evidence" / "情報なし";
    ExpectedRole "expected_role", known "the role _" / "ロール _ ", else "the role that you gave the permission to" / "許可を与えたロール";
    ExpectedRegion "expected_region", known "_" / " _ ", else "another region" / "別のリージョン";
    Field "field", known "the field _" / "フィールド _ ", else "the field" / "フィールド";
    Header "header", known "the header _" / "ヘッダー _ ", else "the header" / "ヘッダー";
    Host "host", known "_" / " _ ", else "the host that was called" / "呼び出したホスト";
    Identity "identity", known "_" / "_", else "identityId()" / "identityId()";
    Issuer "issuer", known "_" / "_", else "not in the evidence" / "情報なし";
    Key "key", known "_" / "_", else "not in the evidence" / "情報なし";
    OtherAction "other_action", known "_" / " _ ", else "another action" / "別のアクション";
    Path "path", known "_" / " _ ", else "the path" / "パス";
    Pool "pool", known "the identity pool _" / "ID プール _ ", else "the identity pool" / "ID プール";
    Region "region", known "_" / " _ ", else "the resource's region" / "リソースのリージョン";
    Resource "resource", known "_" / " _ ", else "this resource" / "このリソース";
    Role "role", known "the role _" / "ロール _ ", else "the caller's role" / "呼び出し元のロール";
    Route "route", known "_" / " _ ", else "this method and path" / "このメソッドとパス";
    Service "service", known "_" / " _ ", else "this service" / "このサービス";
    SignedRegion "signed_region", known "_" / " _ ", else "another region" / "別のリージョン";
    Skew "skew", known "_" / "_", else "several minutes" / "数分以上";
}

impl Fact {
    /// The words for the fact, its value being known or not.
    pub(in crate::explain) fn words(self, value: Option<String>, lang: Lang) -> String {
        match value {
            Some(value) => self.known().of(lang).replacen('_', &value, 1),
            None => self.unknown().of(lang).to_owned(),
        }
    }
}
