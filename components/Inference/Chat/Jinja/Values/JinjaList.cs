using System.Collections;

namespace Serverless.Inference.Chat.Jinja;

/// <summary>A list that the template made, and may change.</summary>
internal sealed class JinjaList(List<object?> items) : IReadOnlyList<object?>
{
    public JinjaList()
        : this([])
    {
    }

    public List<object?> Items { get; } = items;

    public int Count => Items.Count;

    public object? this[int index] => Items[index];

    /// <summary>Goes by index, so that a list that grows while it is walked goes on, as Python's does.</summary>
    public IEnumerator<object?> GetEnumerator()
    {
        for (var i = 0; i < Items.Count; i++)
            yield return Items[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
