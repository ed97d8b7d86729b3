namespace Serverless.Inference.Chat.Jinja;

/// <summary>Python's truth of a value: nothing, zero and what is empty are false.</summary>
internal static class Truth
{
    public static bool Of(object? value)
    {
        switch (value)
        {
            case bool boolean: return boolean;
            case null: return false;
            case string text: return text.Length > 0;
            case long number: return number != 0;
            case double number: return number != 0;
            case IReadOnlyList<object?> list: return list.Count > 0;
            case Undefined undefined:
                undefined.ThrowIfStrict();
                return false;
            case Markup markup: return markup.Text.Length > 0;
            case DictView view: return view.Count > 0;
            default: return !Mappings.Is(value) || Mappings.Count(value) > 0;
        }
    }
}
