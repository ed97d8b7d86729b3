using Serverless.Contracts.Errors;
using Serverless.Contracts.Results;
using Serverless.Storage.Tables;

namespace Serverless.Processing.Output;

/// <summary>Columns as they stand in a plan, and back.</summary>
internal static class SchemaRecords
{
    public static IReadOnlyList<ColumnRecord> ToRecords(TableSchema schema) => [.. schema.Columns.Select(ToRecord)];

    public static TableSchema FromRecords(IReadOnlyList<ColumnRecord> columns) => new([.. columns.Select(FromRecord)]);

    public static ColumnRecord ToRecord(Column column) => new(column.Name, ToRecord(column.Type));

    public static TypeRecord ToRecord(ColumnType type) => type.Kind switch
    {
        ColumnKind.List => new TypeRecord("list", Element: ToRecord(type.Element!)),
        ColumnKind.Struct => new TypeRecord("struct", Fields: [.. type.Fields.Select(ToRecord)]),
        _ => new TypeRecord(type.ToString()),
    };

    public static Column FromRecord(ColumnRecord column) => new(column.Name, FromRecord(column.Type));

    public static ColumnType FromRecord(TypeRecord type) => type.Kind switch
    {
        "boolean" => ColumnType.Boolean,
        "int64" => ColumnType.Int64,
        "float64" => ColumnType.Float64,
        "string" => ColumnType.String,
        "list" when type.Element is { } element => ColumnType.List(FromRecord(element)),
        "struct" when type.Fields is { } fields => ColumnType.Struct([.. fields.Select(FromRecord)]),
        _ => throw new JobException(ErrorCodes.OutputCorrupt, $"the plan names a column type \"{type.Kind}\", which this version does not know"),
    };
}
