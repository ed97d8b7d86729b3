namespace Serverless.Inference.Chat.Jinja;

/// <summary>Values that leave a template: null, bool, long, double, string, lists and dicts with string keys.</summary>
internal static class Export
{
    public static object? Value(Run run, object? value)
    {
        switch (value)
        {
            case null or string or bool or long or double:
                return value;
            case Markup markup:
                return markup.Text;
            case Undefined undefined:
                undefined.ThrowIfStrict();
                return null;
            case IReadOnlyDictionary<string, object?>:
                return value;
            case IReadOnlyList<object?> given when given is not (JinjaList or JinjaTuple or JinjaRange):
                return value;
        }

        using var depth = run.Deeper();
        if (value is JinjaDict dict)
        {
            var exported = new Dictionary<string, object?>(dict.Count);
            foreach (var (key, item) in dict.Pairs())
            {
                run.Step();
                exported[JsonText.Key(key)] = Value(run, item);
            }

            return exported;
        }

        if (value is not (JinjaList or JinjaTuple or JinjaRange or Generator or DictView))
            throw new JinjaException($"the value of the template is a {TypeNames.Of(value)}, which is no data");
        var items = new List<object?>();
        foreach (var item in Iteration.Of(run, value))
            items.Add(Value(run, item));
        return items;
    }
}
