using FsCheck;
using FsCheck.Fluent;
using Serverless.Storage.Tables;

namespace Serverless.Storage.Tests.Tables;

/// <summary>Schemas of any nesting and rows that fit them.</summary>
internal static class RandomTables
{
    private static readonly string[] Names = ["id", "Prompt", "a b", "it's", "\"q\"", "ü🍡", "select", "x,y", "0th", "$", "a\nb", "list", "element"];

    internal static Gen<(TableSchema Schema, object?[][] Rows)> Tables(int maxRows) =>
        from columns in Columns(3)
        let schema = new TableSchema(columns)
        from count in Gen.Frequency((4, Gen.Choose(0, 20)), (1, Gen.Choose(0, maxRows)))
        from rows in Row(schema).ArrayOf(count)
        select (schema, rows);

    private static Gen<Column[]> Columns(int depth) =>
        from names in Gen.Shuffle(Names)
        from count in Gen.Choose(1, 4)
        from types in Types(depth).ArrayOf(count)
        select names.Zip(types, (name, type) => new Column(name, type)).ToArray();

    private static Gen<ColumnType> Types(int depth)
    {
        var scalars = Gen.Elements(ColumnType.Boolean, ColumnType.Int64, ColumnType.Float64, ColumnType.String);
        return depth == 0
            ? scalars
            : Gen.Frequency((3, scalars), (1, Gen.Constant(depth).SelectMany(d => Types(d - 1)).Select(ColumnType.List)), (1, Gen.Constant(depth).SelectMany(d => Columns(d - 1)).Select(fields => ColumnType.Struct(fields))));
    }

    private static Gen<object?[]> Row(TableSchema schema) => Gen.CollectToArray(schema.Columns.Select(column => Value(column.Type)));

    private static Gen<object?> Value(ColumnType type) => Gen.Frequency((1, Gen.Constant<object?>(null)), (4, type.Kind switch
    {
        ColumnKind.Boolean => Gen.Elements<object?>(true, false),
        ColumnKind.Int64 => Gen.OneOf(Gen.Elements<object?>(0L, long.MinValue, long.MaxValue), Gen.Choose(-1000, 1000).Select(n => (object?)(long)n)),
        ColumnKind.Float64 => Gen.Elements<object?>(0.0, 1.5, -2.25, double.NaN, double.PositiveInfinity, double.MinValue, double.Epsilon, 0.1),
        ColumnKind.String => Gen.OneOf(
            Gen.Elements<object?>("", "a", "twelve bytes", "thirteen byte", "ü🍡\0\r\n\"'", new string('x', 5000)),
            Gen.Choose(32, 0x2FF).Select(c => (char)c).ArrayOf().Select(chars => (object?)new string(chars))),
        ColumnKind.List => Gen.Frequency((9, Gen.Choose(0, 3)), (1, Gen.Choose(0, 60))).SelectMany(n => Value(type.Element!).ArrayOf(n)).Select(list => (object?)list),
        _ => Gen.CollectToArray(type.Fields.Select(field => Value(field.Type))).Select(values => (object?)type.Fields.Zip(values).ToDictionary(f => f.First.Name, f => f.Second)),
    }));
}
