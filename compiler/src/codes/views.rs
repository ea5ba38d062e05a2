//! Rules of views: `RS0330` to `RS0349`.

use super::codes;

codes! {
VIEW_SOURCE = "RS0330", Error, "A view begins with a query over a model",
"Its first lines say which rows it shows: `from a in Article`, and if needed `where` and `order by`.",
bad: "view Feed {
    title: \"none\"
}
",
good: "model Article {
    id: uuid @key
    title: string
}
view Feed {
    from a in Article
    article: a @key
    title: a.title
}
";

VIEW_CLAUSE = "RS0332", Error, "A view keeps all its rows",
"`skip`, `limit`, `select` and `scan` belong to the queries that read the view; its own fields say \
what each row holds.",
bad: "model Article { id: uuid @key }
view Newest {
    from a in Article limit 10
    article: a @key
}
",
good: "model Article { id: uuid @key }
view Newest {
    from a in Article
    article: a @key
}
";

VIEW_KEY = "RS0333", Error, "The key of a view is the row that it shows",
"Each row of the model gives one row of the view, told apart by the row itself (`article: a @key`) \
or by its key, field by field (`id: a.id @key`).",
bad: "model Article {
    id: uuid @key
    title: string
}
view Feed {
    from a in Article
    title: a.title @key
}
",
good: "model Article {
    id: uuid @key
    title: string
}
view Feed {
    from a in Article
    article: a @key
    title: a.title
}
";

}
