using System.Collections;

namespace Serverless.Inference.Chat.Jinja;

/// <summary>A tuple: a sequence that cannot change, equal to no list.</summary>
/// <param name="items">The elements.</param>
/// <param name="names">Names of the elements, for the groups of <c>groupby</c>.</param>
internal sealed class JinjaTuple(object?[] items, string[]? names = null) : IReadOnlyList<object?>
{
    public object?[] Items => items;

    public int Count => items.Length;

    public object? this[int index] => items[index];

    public bool TryGetNamed(string name, out object? value)
    {
        var index = names is null ? -1 : Array.IndexOf(names, name);
        value = index < 0 ? null : items[index];
        return index >= 0;
    }

    public IEnumerator<object?> GetEnumerator() => ((IEnumerable<object?>)items).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
