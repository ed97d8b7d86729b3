namespace Serverless.Inference.Chat.Jinja;

/// <summary>Python's <c>value[start:stop:step]</c>.</summary>
internal static class Slicing
{
    public static object Slice(Run run, object? value, object? start, object? stop, object? step)
    {
        if (value is Undefined undefined)
            throw undefined.Fail();
        if (TextValue.TryGet(value, out var text))
        {
            var range = Resolve(CodePoints.Count(text), start, stop, step);
            run.ChargeText(text.Length);
            return CodePoints.Slice(text, range.Start, range.Count, range.Step);
        }

        if (value is not IReadOnlyList<object?> list)
            throw new JinjaException(Mappings.Is(value) ? "unhashable type: 'slice'" : $"'{TypeNames.Of(value)}' object is not subscriptable");
        var (first, count, stride) = Resolve(list.Count, start, stop, step);
        if (list is JinjaRange numbers)
            return numbers.Slice(first, count, stride);
        run.Charge(count);
        var items = new object?[count];
        for (var i = 0; i < count; i++)
            items[i] = Import.Value(list[first + (i * stride)]);
        return list is JinjaTuple ? new JinjaTuple(items) : new JinjaList([.. items]);
    }

    /// <summary>The first index, how many elements, and the stride.</summary>
    private static (int Start, int Count, int Step) Resolve(int length, object? start, object? stop, object? step)
    {
        var stride = step is null ? 1 : Index(step);
        if (stride == 0)
            throw new JinjaException("slice step cannot be zero");
        var (lowest, highest) = stride > 0 ? (0, length) : (-1, length - 1);
        var first = Clamp(start, stride > 0 ? lowest : highest);
        var end = Clamp(stop, stride > 0 ? highest : lowest);
        var count = stride > 0 ? (end - first + stride - 1) / stride : (end - first + stride + 1) / stride;
        return ((int)first, (int)Math.Max(0, stride > 0 == end > first && end != first ? count : 0), (int)Math.Clamp(stride, int.MinValue, int.MaxValue));

        long Clamp(object? bound, long absent)
        {
            if (bound is null)
                return absent;
            var index = Index(bound);
            return Math.Clamp(index < 0 ? index + length : index, lowest, highest);
        }
    }

    private static long Index(object? value)
    {
        if (Number.TryGet(value, out var number) && number.IsInteger)
            return Math.Clamp(number.Integer, -(1L << 40), 1L << 40);
        throw value is Undefined undefined
            ? undefined.Fail()
            : new JinjaException("slice indices must be integers or None or have an __index__ method");
    }
}
