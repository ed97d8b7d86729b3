using System.Collections;

namespace Serverless.Inference.Chat.Jinja;

/// <summary>The integers of <c>range(start, stop, step)</c>, none of them stored.</summary>
internal sealed class JinjaRange(long start, long stop, long step, int count) : IReadOnlyList<object?>
{
    public int Count => count;

    public long Step => step;

    public object? this[int index] => start + (index * step);

    public JinjaRange Slice(int first, int count, int stride) =>
        new(start + (first * step), start + ((first + ((long)count * stride)) * step), step * stride, count);

    public IEnumerator<object?> GetEnumerator()
    {
        for (var i = 0; i < count; i++)
            yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override string ToString() => step == 1 ? $"range({start}, {stop})" : $"range({start}, {stop}, {step})";
}
