//! Go to definition.

use super::check_definition;

/// A schema in two files; each test marks one place of it.
const SHOP: &str = r#"
//- /app.rstone
import "parts/stock.rstone"

type Email = string @email
enum State { Open, Paid, Card { last4: string } }
enum Sort { Newest, Oldest }
struct Address { street: string, city: string }

model Order {
    id: uuid @key
    email: Email
    address: Address
    state: State = Open
    total: decimal = 0
    placed_at: timestamp = now

    lines: [Line] by order
    index (email, placed_at)
    check total >= 0
}

model Line {
    order: Order @on_delete(cascade)
    product: Product
    count: int @min(1)
    key (order, product)
}

event OrderPlaced creates Order { email, address }
event LineAdded creates Line {
    order, product, count
    require order.state == Open else conflict "closed"
    require product.stock >= count else conflict "only {product.stock} left"
    apply { order.total += product.price }
}
event OrderPaid updates Order as paid { apply { paid.state = State.Paid } }

struct Page of Order { id, email, lines: [string] }

fn form(o: Order) -> Page = { ..o, lines: o.lines.map(l => l.product.name) }

fn paid(state: State) -> string = match state {
    Open => "no"
    Paid => "yes"
    Card { last4 } => "by {last4}"
}

endpoint place(email: Email, address: Address, wanted: [Product]) -> 201 Order at POST /orders for anyone {
    let order = emit OrderPlaced { email, address }
    for product in wanted {
        let found = Product[sku: product.sku] else missing "gone"
        emit LineAdded { order, product: found, count: 1 }
    }
    return order
}

endpoint list(email: Email?, sort: Sort = Newest, limit: int @max(100) = 20) -> [Page]
    at GET /orders
    for anyone
    = from o in Order
      where o.email == email?
      order by match sort { Newest => o.placed_at desc, Oldest => o.placed_at }
      limit limit
      select form(o)

endpoint get(order: Order) -> { city: string, lines: int } at GET /orders/{order} for anyone
    = { city: order.address.city, lines: order.lines.len() }

endpoint paged(cursor: string?) -> [string] at GET /paged for anyone {
    let shown = page(scan from o in Order limit 9, cursor)
    return shown.items.map(one => one.email)
}
//- /parts/stock.rstone
//! What is sold.

/// A thing for sale.
model Product {
    id: int @key @auto
    sku: string @unique
    name: string
    price: decimal
    stock: int = 0
}
"#;

/// Marks `needle` inside `around`, which stands once in the schema.
fn marked(around: &str, needle: &str) -> String {
    assert_eq!(SHOP.matches(around).count(), 1, "`{around}` has to stand there once");
    let start = SHOP.find(around).unwrap() + around.find(needle).unwrap();
    format!("{}$0{}", &SHOP[..start], &SHOP[start..])
}

#[test]
fn names_lead_to_their_declarations() {
    let table = [
        ("import \"parts", "\"parts", "parts/stock.rstone:1:1 "),
        ("email: Email\n", "Email", "app.rstone:3:6 Email"),
        ("type Email", "Email", "app.rstone:3:6 Email"),
        ("address: Address\n", "Address", "app.rstone:6:8 Address"),
        ("state: State = Open", "State", "app.rstone:4:6 State"),
        ("state: State = Open", "Open", "app.rstone:4:14 Open"),
        ("lines: [Line] by order", "Line", "app.rstone:21:7 Line"),
        ("lines: [Line] by order", "order", "app.rstone:22:5 order"),
        ("lines: [Line] by order", "lines", "app.rstone:16:5 lines"),
        ("index (email, placed_at)", "placed_at", "app.rstone:14:5 placed_at"),
        ("check total", "total", "app.rstone:13:5 total"),
        ("product: Product\n", "Product", "parts/stock.rstone:4:7 Product"),
        ("key (order, product)", "product", "app.rstone:23:5 product"),
        ("event OrderPlaced creates Order {", "Order {", "app.rstone:8:7 Order"),
        ("event OrderPlaced creates Order { email", "email", "app.rstone:10:5 email"),
        ("    order, product, count\n", "count", "app.rstone:24:5 count"),
        ("require order.state == Open", "state", "app.rstone:12:5 state"),
        ("require order.state == Open", "Open", "app.rstone:4:14 Open"),
        ("require product.stock >= count", "stock", "parts/stock.rstone:9:5 stock"),
        ("only {product.stock} left", "stock", "parts/stock.rstone:9:5 stock"),
        ("order.total += product.price", "total", "app.rstone:13:5 total"),
        ("order.total += product.price", "price", "parts/stock.rstone:8:5 price"),
        ("updates Order as paid", "paid", "app.rstone:35:34 paid"),
        ("paid.state = State.Paid", "paid", "app.rstone:35:34 paid"),
        ("paid.state = State.Paid", "state", "app.rstone:12:5 state"),
        ("paid.state = State.Paid", "Paid", "app.rstone:4:20 Paid"),
        ("paid.state = State.Paid", "State", "app.rstone:4:6 State"),
        ("struct Page of Order", "Order", "app.rstone:8:7 Order"),
        ("struct Page of Order { id", "id", "app.rstone:9:5 id"),
    ];
    for (around, needle, expected) in table {
        check_definition(&marked(around, needle), expected);
    }
}

#[test]
fn names_in_bodies_lead_to_their_declarations() {
    let table = [
        ("{ ..o, lines: o.lines.map", "o, ", "app.rstone:39:9 o"),
        ("{ ..o, lines: o.lines.map", "lines: ", "app.rstone:37:35 lines"),
        ("lines: o.lines.map", "lines.map", "app.rstone:16:5 lines"),
        ("l => l.product.name", "l =>", "app.rstone:39:55 l"),
        ("l => l.product.name", "l.product", "app.rstone:39:55 l"),
        ("l => l.product.name", "product", "app.rstone:23:5 product"),
        ("l => l.product.name", "name", "parts/stock.rstone:7:5 name"),
        ("match state {", "state", "app.rstone:41:9 state"),
        ("Card { last4 } =>", "Card", "app.rstone:4:26 Card"),
        ("Card { last4 } =>", "last4", "app.rstone:4:33 last4"),
        ("\"by {last4}\"", "last4", "app.rstone:44:12 last4"),
        ("let order = emit OrderPlaced", "OrderPlaced", "app.rstone:28:7 OrderPlaced"),
        ("for product in wanted", "wanted", "app.rstone:47:48 wanted"),
        ("Product[sku: product.sku]", "sku:", "parts/stock.rstone:6:5 sku"),
        ("Product[sku: product.sku]", "product", "app.rstone:49:9 product"),
        ("Product[sku: product.sku]", "sku]", "parts/stock.rstone:6:5 sku"),
        ("product: found, count: 1", "found", "app.rstone:50:13 found"),
        ("product: found, count: 1", "count", "app.rstone:30:21 count"),
        ("return order", "order", "app.rstone:48:9 order"),
        ("sort: Sort = Newest", "Newest", "app.rstone:5:13 Newest"),
        ("from o in Order\n", "Order", "app.rstone:8:7 Order"),
        ("where o.email == email?", "email ==", "app.rstone:10:5 email"),
        ("where o.email == email?", "email?", "app.rstone:56:15 email"),
        ("Oldest => o.placed_at }", "Oldest", "app.rstone:5:21 Oldest"),
        ("Oldest => o.placed_at }", "o.placed", "app.rstone:59:12 o"),
        ("limit limit", "limit\n", "app.rstone:56:51 limit"),
        ("select form(o)", "form", "app.rstone:39:4 form"),
        ("/orders/{order}", "order}", "app.rstone:65:14 order"),
        ("city: order.address.city", "address", "app.rstone:11:5 address"),
        ("one => one.email", "email", "app.rstone:10:5 email"),
        ("address.city, lines", "city,", "app.rstone:6:34 city"),
    ];
    for (around, needle, expected) in table {
        let around_needle = if needle == "limit\n" { "limit limit\n" } else { around };
        check_definition(&marked(around_needle, needle), expected);
    }
}

#[test]
fn views_and_resources() {
    let text = "model A { id: uuid @key, name: string, done: bool, index done }
view Open {
    from a in A
    where not a.done
    order by a.name

    row: a @key
    name: a.name
}
resource A at /as {
    list for anyone
    create { name } with { done: false } for anyone
}
fn first_open(o: Open) -> string = o.name
";
    let table = [
        ("from a in A", "A", "app.rstone:1:7 A"),
        ("where not a.done", "done", "app.rstone:1:40 done"),
        ("where not a.done", "a.", "app.rstone:3:10 a"),
        ("row: a @key", "a @", "app.rstone:3:10 a"),
        ("    name: a.name\n}", "name:", "app.rstone:8:5 name"),
        ("    name: a.name\n}", "name\n", "app.rstone:1:26 name"),
        ("resource A", "A", "app.rstone:1:7 A"),
        ("create { name }", "name", "app.rstone:1:26 name"),
        ("with { done", "done", "app.rstone:1:40 done"),
        ("= o.name", "name", "app.rstone:8:5 name"),
    ];
    for (around, needle, expected) in table {
        let start = text.find(around).unwrap() + around.find(needle).unwrap();
        check_definition(&format!("{}$0{}", &text[..start], &text[start..]), expected);
    }
}

#[test]
fn views_of_events() {
    let text = "model A { id: uuid @key, name: string }
event Added creates A { name }
view PerDay {
    day: date @key
    names: int = 0
    on Added for event.at.date() { names += event.name.len() }
}
";
    let table = [
        ("on Added for", "Added", "app.rstone:2:7 Added"),
        ("{ names +=", "names", "app.rstone:5:5 names"),
        ("event.name.len", "name", "app.rstone:2:25 name"),
        ("names: int", "names", "app.rstone:5:5 names"),
    ];
    for (around, needle, expected) in table {
        let start = text.find(around).unwrap() + around.find(needle).unwrap();
        check_definition(&format!("{}$0{}", &text[..start], &text[start..]), expected);
    }
}

#[test]
fn words_of_the_language_and_nothing_have_no_declaration() {
    let table = [
        ("id: uuid @key", "uuid"),
        ("placed_at: timestamp = now", "now"),
        ("count: int @min(1)", "min"),
        ("order.lines.len()", "len"),
        ("for product in wanted", "for"),
    ];
    for (around, needle) in table {
        check_definition(&marked(around, needle), "nothing");
    }
}

#[test]
fn a_cursor_behind_a_name_is_at_it() {
    check_definition("type Email$0 = string\n", "app.rstone:1:6 Email");
    check_definition("type A = string\nstruct S { a: A$0 }\n", "app.rstone:1:6 A");
}

#[test]
fn a_broken_schema_still_knows_its_names() {
    let text =
        "model User { name: string, id: uuid @key }\nfn a(user: User) -> string = user.$0name\nfn b( -> int = 1\n";
    check_definition(text, "app.rstone:1:14 name");
    let text = "struct A { b: B$0\n\nenum B { X, Y }\n";
    check_definition(text, "app.rstone:3:6 B");
    let text = "model User { id: uuid @key, name: string }\n\
                endpoint e(user: User) -> string at GET /x/{user} for anyone {\n    \
                let twice = nonsense(user)\n    let name = user.name\n    return na$0me\n}\n";
    check_definition(text, "app.rstone:4:9 name");
}

#[test]
fn of_two_items_with_one_name_each_is_itself() {
    check_definition("struct A { a: int }\nenum $0A { X, Y }\n", "app.rstone:2:6 A");
}
