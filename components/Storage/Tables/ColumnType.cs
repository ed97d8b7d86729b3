namespace Serverless.Storage.Tables;

/// <summary>The kinds of column types.</summary>
public enum ColumnKind
{
    /// <summary>true or false; <see cref="bool"/>.</summary>
    Boolean,

    /// <summary>64-bit integer; <see cref="long"/>.</summary>
    Int64,

    /// <summary>64-bit floating point; <see cref="double"/>, and a <see cref="long"/> is taken too.</summary>
    Float64,

    /// <summary>UTF-8 text; <see cref="string"/>.</summary>
    String,

    /// <summary>Values of one type in order; <see cref="IReadOnlyList{T}"/> of object?.</summary>
    List,

    /// <summary>Named fields; <see cref="IReadOnlyDictionary{TKey,TValue}"/> of string and object?. A missing field is null.</summary>
    Struct,
}

/// <summary>
/// The type of a column, a list's elements or a struct's field. Every type admits null. Equal by content.
/// Text form: <c>boolean</c>, <c>int64</c>, <c>float64</c>, <c>string</c>, <c>list&lt;string&gt;</c>, <c>struct&lt;a: int64, b: string&gt;</c>.
/// </summary>
public sealed class ColumnType : IEquatable<ColumnType>
{
    private ColumnType(ColumnKind kind, ColumnType? element = null, IReadOnlyList<Column>? fields = null)
    {
        Kind = kind;
        Element = element;
        Fields = fields ?? [];
    }

    /// <summary>true or false.</summary>
    public static ColumnType Boolean { get; } = new(ColumnKind.Boolean);

    /// <summary>64-bit integers.</summary>
    public static ColumnType Int64 { get; } = new(ColumnKind.Int64);

    /// <summary>64-bit floating point numbers.</summary>
    public static ColumnType Float64 { get; } = new(ColumnKind.Float64);

    /// <summary>Text.</summary>
    public static ColumnType String { get; } = new(ColumnKind.String);

    /// <summary>Which of the types it is.</summary>
    public ColumnKind Kind { get; }

    /// <summary>The type of a list's elements; null unless <see cref="Kind"/> is List.</summary>
    public ColumnType? Element { get; }

    /// <summary>A struct's fields in order; empty unless <see cref="Kind"/> is Struct.</summary>
    public IReadOnlyList<Column> Fields { get; }

    /// <summary>Lists of <paramref name="element"/>.</summary>
    public static ColumnType List(ColumnType element) => new(ColumnKind.List, element);

    /// <summary>Structs of these fields.</summary>
    /// <exception cref="TableException">No field, an empty name, or two names that differ by case at most.</exception>
    public static ColumnType Struct(params IReadOnlyList<Column> fields)
    {
        TableSchema.CheckNames(fields, "A struct", "field");
        return new ColumnType(ColumnKind.Struct, fields: [.. fields]);
    }

    /// <inheritdoc/>
    public bool Equals(ColumnType? other) =>
        other is not null && Kind == other.Kind && Equals(Element, other.Element) && Fields.SequenceEqual(other.Fields);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ColumnType);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Kind, Element, Fields.Count);

    /// <inheritdoc/>
    public override string ToString() => Kind switch
    {
        ColumnKind.List => $"list<{Element}>",
        ColumnKind.Struct => $"struct<{string.Join(", ", Fields)}>",
        _ => Kind.ToString().ToLowerInvariant(),
    };
}

/// <summary>A named column, or a struct's field.</summary>
/// <param name="Name">Not empty; distinct within its schema also without regard to case.</param>
/// <param name="Type">Type of its values; null is always admitted.</param>
public sealed record Column(string Name, ColumnType Type)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {Type}";
}
