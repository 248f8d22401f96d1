// The same table with jQuery: an element is fed, and told of splices and states by events.
const COLUMNS = ['symbol', 'last', 'change', 'bid', 'ask', 'volume'];
const wanted = new URLSearchParams(location.search);
const $quotes = $('#quotes');
const rows = {};
let changed = {};
let order = [];

$quotes
  .on('replicator:splice', collect)
  .on('replicator:status', (event, { state, keys, message }) => {
    $('#status').text(`${state}, ${keys.toLocaleString('en')} quotes ${message}`);
  })
  .replicator({
    clientId: 'jQuery example',
    database: wanted.get('database') ?? 0,
    match: wanted.get('match') ?? 'quote:*',
    sort: 'symbol',
  });

// Of a quote that changes often only its last state is drawn, once a frame.
function collect(event, splices, items) {
  if (order.length === 0) {
    requestAnimationFrame(draw);
  }
  order = items;
  splices.forEach(({ added }) => added.forEach((quote) => (changed[quote.key] = quote)));
}

function draw() {
  Object.values(changed).forEach((quote) => (rows[quote.key] = fill(rows[quote.key] ?? newRow(), quote)));
  if ($quotes.children().length !== order.length) {
    $quotes.children().detach();
    $quotes.append(order.map(({ key }) => rows[key]));
  }
  changed = {};
  order = [];
}

function newRow() {
  return $('<tr>').append(COLUMNS.map(() => $('<td>')));
}

function fill($row, quote) {
  const $cells = $row.children();
  COLUMNS.forEach((column, i) => $cells.eq(i).text(text(column, quote[column])));
  $cells.eq(1).toggleClass('rose', quote.last > $row.data('last')).toggleClass('fell', quote.last < $row.data('last'));
  $cells.eq(2).toggleClass('down', quote.change < 0).toggleClass('up', quote.change >= 0);
  return $row.data('last', quote.last);
}

function text(column, value) {
  if (typeof value !== 'number') {
    return value ?? '';
  }
  return column === 'volume' ? value.toLocaleString('en') : column === 'change' ? `${value > 0 ? '+' : ''}${value.toFixed(2)} %` : value.toFixed(2);
}
