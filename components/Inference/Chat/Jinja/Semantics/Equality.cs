using System.Runtime.CompilerServices;

namespace Serverless.Inference.Chat.Jinja;

/// <summary>Python's <c>==</c> and hash: numbers compare by value whatever their type, lists and dicts by their elements.</summary>
internal static class Equality
{
    private const int MaxDepth = 200;

    /// <summary>Whether two values are equal; walking them is charged to the run.</summary>
    public static bool Equal(Run run, object? a, object? b)
    {
        (a as Undefined)?.ThrowIfStrict();
        (b as Undefined)?.ThrowIfStrict();
        return Same(a, b, run);
    }

    /// <summary>Whether two values are equal.</summary>
    public static bool Same(object? a, object? b, Run? run = null, int depth = 0)
    {
        switch (a, b)
        {
            case (string x, string y): return x == y;
            case (null, null): return true;
            case (null, _) or (_, null): return false;
            case (bool x, bool y): return x == y;
            case (long x, long y): return x == y;
            case (Undefined, Undefined): return true;
        }

        if (Number.TryGet(a, out var left) && Number.TryGet(b, out var right))
            return left.IsInteger && right.IsInteger ? left.Integer == right.Integer : left.Real.Equals(right.Real) && !double.IsNaN(left.Real);
        if (TextValue.TryGet(a, out var text) && TextValue.TryGet(b, out var other))
            return text == other;
        if (depth > MaxDepth)
            throw new JinjaException("values are nested too deep to be compared");
        if (a is IReadOnlyList<object?> list && b is IReadOnlyList<object?> list2)
            return SameLists(list, list2, run, depth);
        return Mappings.Is(a) && Mappings.Is(b) ? SameDicts(a, b, run, depth) : ReferenceEquals(a, b);
    }

    /// <summary>Python's hash of what has one; keys that are equal have equal hashes.</summary>
    public static int Hash(object? value)
    {
        RequireHashable(value);
        if (value is not null && Number.TryGet(value, out var number))
            return number.IsInteger || number.Real != Math.Floor(number.Real) || Math.Abs(number.Real) > 1e18
                ? (number.IsInteger ? number.Integer.GetHashCode() : number.Real.GetHashCode())
                : ((long)number.Real).GetHashCode();
        if (TextValue.TryGet(value, out var text))
            return text.GetHashCode(StringComparison.Ordinal);
        return value switch
        {
            null => 0,
            JinjaTuple tuple => tuple.Items.Aggregate(17, (hash, item) => HashCode.Combine(hash, Hash(item))),
            JinjaRange range => range.Count,
            Undefined => 1,
            _ => RuntimeHelpers.GetHashCode(value),
        };
    }

    /// <summary>Throws for a list or dict, which cannot be a key.</summary>
    public static void RequireHashable(object? value)
    {
        if (value is JinjaTuple tuple)
            Array.ForEach(tuple.Items, RequireHashable);
        else if ((value is IReadOnlyList<object?> and not JinjaRange) || Mappings.Is(value))
            throw new JinjaException($"unhashable type: '{TypeNames.Of(value)}'");
        else
            (value as Undefined)?.ThrowIfStrict();
    }

    private static bool SameLists(IReadOnlyList<object?> a, IReadOnlyList<object?> b, Run? run, int depth)
    {
        if (ReferenceEquals(a, b))
            return true;
        if (a.Count != b.Count || a is JinjaTuple != b is JinjaTuple || a is JinjaRange != b is JinjaRange)
            return false;
        for (var i = 0; i < a.Count; i++)
        {
            run?.Step();
            if (!Same(Import.Value(a[i]), Import.Value(b[i]), run, depth + 1))
                return false;
        }

        return true;
    }

    private static bool SameDicts(object a, object b, Run? run, int depth)
    {
        if (ReferenceEquals(a, b))
            return true;
        if (Mappings.Count(a) != Mappings.Count(b))
            return false;
        foreach (var (key, value) in Mappings.Pairs(a))
        {
            run?.Step();
            if (!Mappings.TryGet(b, key, out var other) || !Same(value, other, run, depth + 1))
                return false;
        }

        return true;
    }
}
