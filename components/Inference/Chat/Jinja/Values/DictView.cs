namespace Serverless.Inference.Chat.Jinja;

internal enum DictPart
{
    Keys,
    Values,
    Items,
}

/// <summary>What <c>keys()</c>, <c>values()</c> and <c>items()</c> of a dict give: walked as often as wanted, not indexed.</summary>
internal sealed class DictView(object mapping, DictPart part)
{
    public int Count => Mappings.Count(mapping);

    public DictPart Part => part;

    public IEnumerable<object?> Items() => part switch
    {
        DictPart.Keys => Mappings.Keys(mapping),
        DictPart.Values => Mappings.Pairs(mapping).Select(pair => pair.Value),
        _ => Mappings.Pairs(mapping).Select(pair => (object?)new JinjaTuple([pair.Key, pair.Value])),
    };
}
