// The same table with jQuery: an element is fed, and told of splices and states by events.
const COLUMNS = ['symbol', 'last', 'change', 'bid', 'ask', 'volume'];
const wanted = new URLSearchParams(location.search);
const $quotes = $('#quotes');

$quotes
  .on('replicator:splice', (event, splices) => splices.forEach(follow))
  .on('replicator:status', (event, { state, keys, message }) => $('#status').text(`${state}, ${keys} quotes ${message}`))
  .replicator({
    clientId: 'jQuery example',
    database: wanted.get('database') ?? 0,
    match: wanted.get('match') ?? 'quote:*',
    sort: 'symbol',
  });

function follow({ index, removed, added }) {
  const $rows = $quotes.children();
  const same = Math.min(removed.length, added.length);
  added.slice(0, same).forEach((quote, i) => $rows.eq(index + i).replaceWith(row(quote, removed[i])));
  $rows.slice(index + same, index + removed.length).remove();
  const $added = $(added.slice(same).map((quote) => row(quote)[0]));
  if (index + same === 0) {
    $quotes.prepend($added);
  } else {
    $quotes.children().eq(index + same - 1).after($added);
  }
}

function row(quote, before) {
  const $row = $('<tr>').append(COLUMNS.map((column) => $('<td>').text(text(column, quote[column]))));
  $row.children().eq(2).addClass(quote.change < 0 ? 'down' : 'up');
  if (before !== undefined && before.last !== quote.last) {
    $row.children().eq(1).addClass(quote.last < before.last ? 'fell' : 'rose');
  }
  return $row;
}

function text(column, value) {
  if (typeof value !== 'number') {
    return value ?? '';
  }
  return column === 'volume' ? value.toLocaleString('en') : column === 'change' ? `${value > 0 ? '+' : ''}${value.toFixed(2)} %` : value.toFixed(2);
}
