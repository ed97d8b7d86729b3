namespace Serverless.Inference.Chat.Jinja;

/// <summary>Python's <c>&lt;</c> and its kin: between numbers, between texts (by code point), between lists; else an error.</summary>
internal static class Ordering
{
    public static bool Holds(Run run, string op, object? a, object? b)
    {
        if (a is long x && b is long y)
            return Holds(op, x.CompareTo(y));
        if (Number.TryGet(a, out var left) && Number.TryGet(b, out var right))
            return left.IsInteger && right.IsInteger ? Holds(op, left.Integer.CompareTo(right.Integer)) : Holds(op, left.Real, right.Real);
        if (TextValue.TryGet(a, out var text) && TextValue.TryGet(b, out var other))
            return Holds(op, CodePoints.Compare(text, other));
        if (a is Undefined undefined || (undefined = (b as Undefined)!) is not null)
            throw undefined.Fail();
        if (a is IReadOnlyList<object?> list && b is IReadOnlyList<object?> list2 && a is JinjaTuple == b is JinjaTuple
            && a is not JinjaRange && b is not JinjaRange)
            return HoldsForLists(run, op, list, list2);
        throw new JinjaException($"'{op}' not supported between instances of '{TypeNames.Of(a)}' and '{TypeNames.Of(b)}'");
    }

    private static bool HoldsForLists(Run run, string op, IReadOnlyList<object?> a, IReadOnlyList<object?> b)
    {
        using var depth = run.Deeper();
        for (var i = 0; i < Math.Min(a.Count, b.Count); i++)
        {
            run.Step();
            var (x, y) = (Import.Value(a[i]), Import.Value(b[i]));
            if (!Equality.Equal(run, x, y))
                return Holds(run, op, x, y);
        }

        return Holds(op, a.Count.CompareTo(b.Count));
    }

    private static bool Holds(string op, int order) => op switch { "<" => order < 0, "<=" => order <= 0, ">" => order > 0, _ => order >= 0 };

    private static bool Holds(string op, double a, double b) => op switch { "<" => a < b, "<=" => a <= b, ">" => a > b, _ => a >= b };
}
