using System.Globalization;
using System.Text;

namespace Serverless.Storage.Tables;

/// <summary>A value that does not fit its column.</summary>
/// <param name="Column">The column's name.</param>
/// <param name="Path">Where in the value, <c>[2].name</c>; empty for the value itself.</param>
/// <param name="Expected">The type that the schema has there.</param>
/// <param name="Found">What is there instead, <c>string "abc"</c>.</param>
public sealed record ValueMismatch(string Column, string Path, string Expected, string Found)
{
    /// <inheritdoc/>
    public override string ToString() => $"column \"{Column}\"{(Path.Length == 0 ? "" : $" at {Path}")}: expected {Expected}, found {Found}";
}

/// <summary>Walks a row beside its schema.</summary>
internal static class RowCheck
{
    /// <summary>The first mismatch, null if the row fits; <paramref name="size"/> is roughly the row's bytes in memory.</summary>
    internal static ValueMismatch? Check(TableSchema schema, ReadOnlySpan<object?> row, out long size)
    {
        size = 0;
        var columns = schema.ColumnSpan;
        if (row.Length != columns.Length)
            return new ValueMismatch(columns[Math.Min(row.Length, columns.Length - 1)].Name, "", $"a row of {columns.Length} values", $"{row.Length} values");
        for (var i = 0; i < columns.Length; i++)
            if (Check(columns[i].Type, row[i], ref size) is { } wrong)
                return new ValueMismatch(columns[i].Name, wrong.Path, wrong.Expected, wrong.Found);
        return null;
    }

    private static Wrong? Check(ColumnType type, object? value, ref long size)
    {
        size += 8;
        if (value is null) return null;
        switch (type.Kind)
        {
            case ColumnKind.Boolean when value is bool:
            case ColumnKind.Int64 when value is long:
            case ColumnKind.Float64 when value is double or long:
                return null;
            case ColumnKind.String when value is string text:
                size += 8 + text.Length;
                return null;
            case ColumnKind.List when value is IReadOnlyList<object?> list:
                for (var i = 0; i < list.Count; i++)
                    if (Check(type.Element!, list[i], ref size) is { } wrong)
                        return wrong with { Path = $"[{i}]{wrong.Path}" };
                return null;
            case ColumnKind.Struct when value is IReadOnlyDictionary<string, object?> fields:
                return CheckFields(type, fields, ref size);
            default:
                return new Wrong("", type.ToString(), Describe(value));
        }
    }

    private static Wrong? CheckFields(ColumnType type, IReadOnlyDictionary<string, object?> fields, ref long size)
    {
        var known = 0;
        foreach (var (name, fieldType) in type.Fields)
        {
            if (!fields.TryGetValue(name, out var value)) continue;
            known++;
            if (Check(fieldType, value, ref size) is { } wrong) return wrong with { Path = $".{name}{wrong.Path}" };
        }
        if (known == fields.Count) return null;
        var extra = fields.Keys.First(key => type.Fields.All(field => field.Name != key));
        return new Wrong("", type.ToString(), $"a field named \"{extra}\"");
    }

    private static string Describe(object? value) => value switch
    {
        bool b => b ? "boolean true" : "boolean false",
        long n => $"int64 {n}",
        double d => string.Create(CultureInfo.InvariantCulture, $"float64 {d:R}"),
        string s => $"string \"{(s.Length <= 40 ? s : new StringBuilder(s, 0, 40, 43).Append("...").ToString())}\"",
        IReadOnlyDictionary<string, object?> => "a struct",
        IReadOnlyList<object?> => "a list",
        _ => $"a .NET {value!.GetType().Name}, which is not a table value (bool, long, double, string, list, dictionary)",
    };

    private sealed record Wrong(string Path, string Expected, string Found);
}
