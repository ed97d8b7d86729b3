namespace Serverless.Inference.Chat.Jinja;

/// <summary>What <c>map</c>, <c>select</c> and their like give: computed as it is walked, and walked once.</summary>
/// <param name="items">The elements to come.</param>
/// <param name="typeName">Python's name of its type.</param>
internal sealed class Generator(IEnumerator<object?> items, string typeName = "generator")
{
    public Generator(IEnumerable<object?> items, string typeName = "generator")
        : this(items.GetEnumerator(), typeName)
    {
    }

    public string TypeName => typeName;

    public IEnumerable<object?> Rest()
    {
        while (items.MoveNext())
            yield return items.Current;
    }
}
