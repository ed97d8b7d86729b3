using System.Collections;
using System.Diagnostics.CodeAnalysis;
using Serverless.Contracts.Errors;
using Serverless.Contracts.Validation;

namespace Serverless.Processing.Rows;

/// <summary>
/// One row: column names to JSON-like values (see <see cref="RowValue"/>), in order. Never changes; <see cref="With"/> and its like
/// give a new row that shares what it can.
/// </summary>
[SuppressMessage("Naming", "CA1710", Justification = "A row is a row; that it can be read as a dictionary is for templates.")]
public sealed class Row : IReadOnlyDictionary<string, object?>
{
    readonly RowShape shape;
    readonly object?[] values;

    internal Row(RowShape shape, object?[] values) => (this.shape, this.values) = (shape, values);

    /// <summary>A row without columns.</summary>
    public static Row Empty { get; } = new(RowShape.Empty, []);

    /// <summary>A row of these columns.</summary>
    /// <param name="columns">Names and values; of a name that stands twice, the last value.</param>
    public static Row Of(params ReadOnlySpan<(string Name, object? Value)> columns)
    {
        var row = Empty;
        foreach (var (name, value) in columns)
            row = row.With(name, value);
        return row;
    }

    /// <summary>A row of these columns.</summary>
    /// <param name="columns">Names and values.</param>
    public static Row From(IEnumerable<KeyValuePair<string, object?>> columns)
    {
        var row = Empty;
        foreach (var (name, value) in columns)
            row = row.With(name, value);
        return row;
    }

    /// <summary>The columns' names in order.</summary>
    public IReadOnlyList<string> Columns => shape.Names;

    /// <summary>A column's value.</summary>
    /// <param name="column">Its name.</param>
    /// <exception cref="RowException">There is no such column (<see cref="ErrorCodes.MissingColumn"/>).</exception>
    public object? this[string column] => shape.IndexOf(column) is var at and >= 0 ? values[at] : throw Missing(column);

    /// <summary>Whether there is such a column.</summary>
    /// <param name="column">Its name.</param>
    public bool Has(string column) => shape.IndexOf(column) >= 0;

    /// <summary>A column's text; null if its value is null.</summary>
    /// <param name="column">Its name.</param>
    /// <exception cref="RowException">There is no such column, or it holds no text.</exception>
    public string? GetString(string column) => Get<string>(column, "a text");

    /// <summary>A column's whole number.</summary>
    /// <param name="column">Its name.</param>
    /// <exception cref="RowException">There is no such column, or it holds no whole number.</exception>
    public long GetInt64(string column) => this[column] is long value ? value : throw Wrong(column, "a whole number");

    /// <summary>A column's number, whole or not.</summary>
    /// <param name="column">Its name.</param>
    /// <exception cref="RowException">There is no such column, or it holds no number.</exception>
    public double GetDouble(string column) => this[column] switch
    {
        double value => value,
        long value => value,
        _ => throw Wrong(column, "a number"),
    };

    /// <summary>A column's truth value.</summary>
    /// <param name="column">Its name.</param>
    /// <exception cref="RowException">There is no such column, or it holds neither true nor false.</exception>
    public bool GetBoolean(string column) => this[column] is bool value ? value : throw Wrong(column, "true or false");

    /// <summary>A column's list; null if its value is null.</summary>
    /// <param name="column">Its name.</param>
    /// <exception cref="RowException">There is no such column, or it holds no list.</exception>
    public IReadOnlyList<object?>? GetList(string column) => Get<IReadOnlyList<object?>>(column, "a list");

    /// <summary>A column's fields; null if its value is null.</summary>
    /// <param name="column">Its name.</param>
    /// <exception cref="RowException">There is no such column, or it holds no mapping.</exception>
    public IReadOnlyDictionary<string, object?>? GetStruct(string column) => Get<IReadOnlyDictionary<string, object?>>(column, "a mapping");

    /// <summary>The row with a column added at the end, or with another value in its place.</summary>
    /// <param name="column">Its name.</param>
    /// <param name="value">Its value; common .NET types are turned into their like, see <see cref="RowValue.From"/>.</param>
    public Row With(string column, object? value) => WithValue(column, RowValue.From(value));

    /// <summary>The row without some columns; those that it does not have do not matter.</summary>
    /// <param name="columns">Their names.</param>
    public Row Without(params string[] columns) => Keep([.. shape.Names.Except(columns)]);

    /// <summary>The row with these columns only, in this order.</summary>
    /// <param name="columns">Their names.</param>
    /// <exception cref="RowException">One is missing.</exception>
    public Row Select(params string[] columns) => Keep(columns);

    /// <summary>The row with a column under another name, at the same place.</summary>
    /// <param name="column">Its name.</param>
    /// <param name="name">Its new name.</param>
    /// <exception cref="RowException">There is no such column.</exception>
    public Row Rename(string column, string name) =>
        Has(column) ? new Row(new RowShape([.. shape.Names.Select(old => old == column ? name : old)]), values) : throw Missing(column);

    /// <summary><c>{item: ..., answer: ...}</c>, shortened, for logs of one's own program.</summary>
    public override string ToString() => $"{{{string.Join(", ", shape.Names.Select((name, i) => $"{name}: {RowValue.Describe(values[i])}"))}}}";

    internal Row WithValue(string column, object? value)
    {
        var at = shape.IndexOf(column);
        if (at < 0)
            return new Row(shape.Append(column), [.. values, value]);
        var changed = (object?[])values.Clone();
        changed[at] = value;
        return new Row(shape, changed);
    }

    /// <summary>Adds several columns at once, or replaces those that are there. The names' array is kept: use the same one for many rows.</summary>
    internal Row WithValues(string[] columns, object?[] added)
    {
        if (shape.Extend(columns) is { } extended)
            return new Row(extended, [.. values, .. added]);
        var row = this;
        for (var i = 0; i < columns.Length; i++)
            row = row.WithValue(columns[i], added[i]);
        return row;
    }

    /// <summary>The columns; rows of one file share theirs.</summary>
    internal RowShape Shape => shape;

    /// <summary>The value at a position of <see cref="Shape"/>.</summary>
    internal object? At(int position) => values[position];

    internal bool TryGet(string column, out object? value)
    {
        var at = shape.IndexOf(column);
        value = at < 0 ? null : values[at];
        return at >= 0;
    }

    Row Keep(string[] columns) => new(new RowShape(columns), [.. columns.Select(column => this[column])]);

    T? Get<T>(string column, string expected)
        where T : class => this[column] switch
        {
            null => null,
            T value => value,
            _ => throw Wrong(column, expected),
        };

    RowException Wrong(string column, string expected) =>
        new(ErrorCodes.ValueMismatch, $"column \"{column}\": expected {expected}, found {RowValue.Describe(this[column])}");

    RowException Missing(string column) =>
        new(ErrorCodes.MissingColumn, $"the row has no column \"{column}\"{NearestName.Hint(column, shape.Names)}");

    int IReadOnlyCollection<KeyValuePair<string, object?>>.Count => values.Length;

    IEnumerable<string> IReadOnlyDictionary<string, object?>.Keys => shape.Names;

    IEnumerable<object?> IReadOnlyDictionary<string, object?>.Values => values;

    bool IReadOnlyDictionary<string, object?>.ContainsKey(string key) => Has(key);

    bool IReadOnlyDictionary<string, object?>.TryGetValue(string key, out object? value) => TryGet(key, out value);

    IEnumerator<KeyValuePair<string, object?>> IEnumerable<KeyValuePair<string, object?>>.GetEnumerator() =>
        shape.Names.Zip(values, KeyValuePair.Create).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => ((IEnumerable<KeyValuePair<string, object?>>)this).GetEnumerator();
}
