using Serverless.Contracts.Results;
using Serverless.Storage.Tables;

namespace Serverless.Processing.Output;

/// <summary>
/// Finds the narrowest column type for a stream of values: null fits all, whole numbers widen to floating point, structs have the union
/// of their fields. What has no common type, and structs that are used as maps, become text (their JSON).
/// </summary>
internal sealed class TypeInference
{
    /// <summary>Beyond so many fields a struct is a map whose keys are data.</summary>
    const int MaxFields = 100;
    const int MaxDepth = 8;
    const string Nothing = "null";

    readonly int depth;
    ColumnKind? kind;
    TypeInference? element;
    OrderedDictionary<string, TypeInference>? fields;

    public TypeInference(int depth = 0) => this.depth = depth;

    /// <summary>The type of everything seen so far; text if nothing but null was.</summary>
    public ColumnType Type => kind switch
    {
        ColumnKind.Boolean => ColumnType.Boolean,
        ColumnKind.Int64 => ColumnType.Int64,
        ColumnKind.Float64 => ColumnType.Float64,
        ColumnKind.List => ColumnType.List(element!.Type),
        ColumnKind.Struct when fields!.Count > 0 => ColumnType.Struct([.. fields.Select(entry => new Column(entry.Key, entry.Value.Type))]),
        _ => ColumnType.String,
    };

    public void Observe(object? value)
    {
        switch (value)
        {
            case null:
                break;
            case bool:
                Meet(ColumnKind.Boolean);
                break;
            case long:
                Meet(ColumnKind.Int64);
                break;
            case double:
                Meet(ColumnKind.Float64);
                break;
            case IReadOnlyDictionary<string, object?> record when Meet(ColumnKind.Struct):
                ObserveFields(record);
                break;
            case IReadOnlyList<object?> list when Meet(ColumnKind.List):
                element ??= new TypeInference(depth + 1);
                foreach (var item in list)
                    element.Observe(item);
                break;
            default:
                kind = ColumnKind.String;
                break;
        }
    }

    /// <summary>Whether every value of one type is one of the other.</summary>
    public static bool Fits(ColumnType type, ColumnType into)
    {
        var both = new TypeInference();
        both.Declare(into);
        both.Declare(type);
        return both.Type.Equals(into);
    }

    /// <summary>Takes a type that a file states for all its values.</summary>
    public void Declare(ColumnType type)
    {
        if (!Meet(type.Kind))
            return;
        if (type.Kind == ColumnKind.List)
            (element ??= new TypeInference(depth + 1)).Declare(type.Element!);
        foreach (var (name, fieldType) in type.Fields)
            FieldOf(name)?.Declare(fieldType);
    }

    /// <summary>What was seen so far, for another process to go on from. Unlike <see cref="Type"/>, it tells "nothing yet" from text.</summary>
    public TypeRecord ToRecord() => kind switch
    {
        null => new TypeRecord(Nothing),
        ColumnKind.List => new TypeRecord("list", Element: element?.ToRecord() ?? new TypeRecord(Nothing)),
        ColumnKind.Struct => new TypeRecord("struct", Fields: [.. (fields ?? []).Select(field => new ColumnRecord(field.Key, field.Value.ToRecord()))]),
        _ => SchemaRecords.ToRecord(Type),
    };

    /// <summary>Takes what another one saw.</summary>
    public void Merge(TypeRecord seen)
    {
        if (seen.Kind == Nothing || !Meet(seen.Kind switch { "list" => ColumnKind.List, "struct" => ColumnKind.Struct, _ => SchemaRecords.FromRecord(seen).Kind }))
            return;
        if (seen.Element is { } item)
            (element ??= new TypeInference(depth + 1)).Merge(item);
        foreach (var (name, type) in seen.Fields ?? [])
            FieldOf(name)?.Merge(type);
    }

    /// <summary>Whether the values can still be of this kind.</summary>
    bool Meet(ColumnKind found)
    {
        kind = (kind, found) switch
        {
            (null, ColumnKind.List or ColumnKind.Struct) when depth >= MaxDepth => ColumnKind.String,
            (null, _) => found,
            var (known, _) when known == found => found,
            (ColumnKind.Int64 or ColumnKind.Float64, ColumnKind.Int64 or ColumnKind.Float64) => ColumnKind.Float64,
            _ => ColumnKind.String,
        };
        return kind == found;
    }

    void ObserveFields(IReadOnlyDictionary<string, object?> record)
    {
        fields ??= [];
        foreach (var (name, value) in record)
            FieldOf(name)?.Observe(value);
    }

    /// <summary>The field of this name, made if need be; null once the struct has become text.</summary>
    TypeInference? FieldOf(string name)
    {
        fields ??= [];
        if (kind != ColumnKind.Struct)
            return null;
        if (fields.TryGetValue(name, out var known))
            return known;
        if (CanAdd(name))
            return fields[name] = new TypeInference(depth + 1);
        kind = ColumnKind.String;
        return null;
    }

    // Readers of Parquet take names that differ by case only for one.
    bool CanAdd(string name) =>
        name.Length > 0 && !name.Contains('\0') && fields!.Count < MaxFields && !fields.Keys.Contains(name, StringComparer.OrdinalIgnoreCase);
}
