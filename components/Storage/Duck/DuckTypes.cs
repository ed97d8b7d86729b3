using System.Runtime.InteropServices;
using Serverless.Storage.Tables;
using static Serverless.Storage.Duck.DuckNative;

namespace Serverless.Storage.Duck;

/// <summary>Column types as DuckDB's logical types and SQL, and back.</summary>
internal static unsafe class DuckTypes
{
    /// <summary>The logical type for a column type.</summary>
    internal static DuckTypeHandle Create(ColumnType type)
    {
        switch (type.Kind)
        {
            case ColumnKind.List:
                using (var element = Create(type.Element!)) return new DuckTypeHandle(duckdb_create_list_type(element.Value));
            case ColumnKind.Struct:
                return CreateStruct(type.Fields);
            default:
                return new DuckTypeHandle(duckdb_create_logical_type(type.Kind switch
                {
                    ColumnKind.Boolean => DuckType.Boolean,
                    ColumnKind.Int64 => DuckType.BigInt,
                    ColumnKind.Float64 => DuckType.Double,
                    _ => DuckType.Varchar,
                }));
        }
    }

    /// <summary>The type in SQL: STRUCT("a" BIGINT, "b" VARCHAR[]).</summary>
    internal static string ToSql(ColumnType type) => type.Kind switch
    {
        ColumnKind.Boolean => "BOOLEAN",
        ColumnKind.Int64 => "BIGINT",
        ColumnKind.Float64 => "DOUBLE",
        ColumnKind.List => ToSql(type.Element!) + "[]",
        ColumnKind.Struct => $"STRUCT({string.Join(", ", type.Fields.Select(field => $"{Sql.Name(field.Name)} {ToSql(field.Type)}"))})",
        _ => "VARCHAR",
    };

    /// <summary>
    /// The column type that values of a logical type are read as. Integers of up to 64 signed bits are Int64; float and decimal Float64;
    /// an array is a list, a map a list of structs of key and value; everything else (dates and times in ISO form with times in UTC,
    /// 64-bit unsigned and larger integers, UUIDs, bytes with \x escapes) is a string.
    /// </summary>
    internal static ColumnType ToColumnType(nint type)
    {
        switch (duckdb_get_type_id(type))
        {
            case DuckType.Boolean:
                return ColumnType.Boolean;
            case DuckType.TinyInt or DuckType.SmallInt or DuckType.Integer or DuckType.BigInt:
            case DuckType.UTinyInt or DuckType.USmallInt or DuckType.UInteger:
                return ColumnType.Int64;
            case DuckType.Float or DuckType.Double or DuckType.Decimal:
                return ColumnType.Float64;
            case DuckType.List:
                return ColumnType.List(Inner(duckdb_list_type_child_type(type)));
            case DuckType.Array:
                return ColumnType.List(Inner(duckdb_array_type_child_type(type)));
            case DuckType.Map:
                return ColumnType.List(ColumnType.Struct(
                    new Column("key", Inner(duckdb_map_type_key_type(type))),
                    new Column("value", Inner(duckdb_map_type_value_type(type)))));
            case DuckType.Struct:
                var fields = new Column[duckdb_struct_type_child_count(type)];
                for (var i = 0; i < fields.Length; i++)
                    fields[i] = new Column(TakeString(duckdb_struct_type_child_name(type, (ulong)i)), Inner(duckdb_struct_type_child_type(type, (ulong)i)));
                return ColumnType.Struct(fields);
            default:
                return ColumnType.String;
        }
    }

    /// <summary>
    /// The SQL type that values of a logical type are cast to, so that their vectors can be read as <see cref="ToColumnType"/>'s type.
    /// A map stays one: its vectors are those of a list of structs.
    /// </summary>
    internal static string ToReadableSql(nint type)
    {
        switch (duckdb_get_type_id(type))
        {
            case DuckType.List:
                return Readable(duckdb_list_type_child_type(type)) + "[]";
            case DuckType.Array:
                return Readable(duckdb_array_type_child_type(type)) + "[]";
            case DuckType.Map:
                return $"MAP({Readable(duckdb_map_type_key_type(type))}, {Readable(duckdb_map_type_value_type(type))})";
            case DuckType.Struct:
                var fields = Enumerable.Range(0, (int)duckdb_struct_type_child_count(type)).Select(i =>
                    $"{Sql.Name(TakeString(duckdb_struct_type_child_name(type, (ulong)i)))} {Readable(duckdb_struct_type_child_type(type, (ulong)i))}");
                return $"STRUCT({string.Join(", ", fields)})";
            default:
                return ToSql(ToColumnType(type));
        }
    }

    private static string Readable(nint type)
    {
        using var owner = new DuckTypeHandle(type);
        return ToReadableSql(type);
    }

    private static ColumnType Inner(nint type)
    {
        using var owner = new DuckTypeHandle(type);
        return ToColumnType(type);
    }

    private static DuckTypeHandle CreateStruct(IReadOnlyList<Column> fields)
    {
        var types = fields.Select(field => Create(field.Type)).ToArray();
        var names = fields.Select(field => Marshal.StringToCoTaskMemUTF8(field.Name)).ToArray();
        try
        {
            fixed (nint* firstType = types.Select(type => type.Value).ToArray())
            fixed (nint* firstName = names)
                return new DuckTypeHandle(duckdb_create_struct_type(firstType, firstName, (ulong)fields.Count));
        }
        finally
        {
            foreach (var name in names) Marshal.FreeCoTaskMem(name);
            foreach (var type in types) type.Dispose();
        }
    }
}
