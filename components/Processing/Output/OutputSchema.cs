using System.Text.Json;
using System.Text.Json.Serialization;
using Serverless.Contracts;
using Serverless.Processing.Rows;
using Serverless.Storage.Tables;

namespace Serverless.Processing.Output;

/// <summary>The columns of every part of a job, and which of them come from the input.</summary>
/// <param name="table">The columns.</param>
/// <param name="inputColumns">Names of columns whose values are the input's own.</param>
internal sealed class OutputSchema(TableSchema table, IEnumerable<string> inputColumns)
{
    /// <summary>Parquet has numbers that JSON lacks; they stand as "NaN", "Infinity" and "-Infinity".</summary>
    static readonly JsonSerializerOptions AsText = new(ContractsJson.Compact) { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    readonly HashSet<string> input = [.. inputColumns];

    /// <summary>The places that were found last: rows mostly have the shape of the row before.</summary>
    volatile ColumnPlaces? last;

    public TableSchema Table => table;

    /// <summary>The row's values in the schema's order; a column that it does not have is null. Whether they fit is not looked at.</summary>
    /// <param name="row">The row.</param>
    public object?[] Values(Row row)
    {
        var places = last;
        if (places is null || places.Shape != row.Shape)
            last = places = PlacesIn(row.Shape);
        var values = new object?[places.Columns.Length];
        for (var i = 0; i < values.Length; i++)
        {
            var (place, type) = places.Columns[i];
            var value = place < 0 ? null : row.At(place);
            values[i] = value is null || type is null ? value : Widen(value, type);
        }

        return values;
    }

    /// <summary>The values of a row that has no answer: what the input gave, as far as it fits, and the engine's columns.</summary>
    /// <param name="row">Input and engine columns.</param>
    /// <param name="engine">Names of the engine's columns.</param>
    public object?[] FailureValues(Row row, IReadOnlySet<string> engine)
    {
        var values = new object?[table.Columns.Count];
        for (var i = 0; i < values.Length; i++)
        {
            var column = table.Columns[i];
            if ((input.Contains(column.Name) || engine.Contains(column.Name)) && row.TryGet(column.Name, out var value))
                values[i] = value is null ? null : Fit(Widen(value, column.Type), column);
        }

        return values;
    }

    ColumnPlaces PlacesIn(RowShape shape) =>
        new(shape, [.. table.Columns.Select(column => (shape.IndexOf(column.Name), input.Contains(column.Name) && NeedsWidening(column.Type) ? column.Type : null))]);

    /// <summary>Where rows of one shape have the schema's columns.</summary>
    /// <param name="Shape">The shape.</param>
    /// <param name="Columns">For each column its place, -1 if the rows do not have it; and its type, if values of the input may have to become text in it.</param>
    sealed record ColumnPlaces(RowShape Shape, (int Place, ColumnType? Widened)[] Columns);

    static object? Fit(object value, Column column) => new TableSchema(column).Check([value]) is null ? value : null;

    /// <summary>
    /// Inside a column of texts that the input made by mixing types, a value that is no text stands as its JSON, so that nothing of
    /// the input is lost.
    /// </summary>
    static object Widen(object value, ColumnType type) => (type.Kind, value) switch
    {
        (ColumnKind.String, not string) => JsonSerializer.Serialize(value, AsText),
        (ColumnKind.List, IReadOnlyList<object?> list) when NeedsWidening(type.Element!) =>
            list.Select(item => item is null ? null : Widen(item, type.Element!)).ToArray(),
        (ColumnKind.Struct, IReadOnlyDictionary<string, object?> record) when NeedsWidening(type) => WidenFields(record, type),
        _ => value,
    };

    static Dictionary<string, object?> WidenFields(IReadOnlyDictionary<string, object?> record, ColumnType type)
    {
        var types = type.Fields.ToDictionary(field => field.Name, field => field.Type);
        return record.ToDictionary(
            field => field.Key,
            field => field.Value is not null && types.TryGetValue(field.Key, out var fieldType) ? Widen(field.Value, fieldType) : field.Value);
    }

    static bool NeedsWidening(ColumnType type) => type.Kind switch
    {
        ColumnKind.String => true,
        ColumnKind.List => NeedsWidening(type.Element!),
        ColumnKind.Struct => type.Fields.Any(field => NeedsWidening(field.Type)),
        _ => false,
    };
}
