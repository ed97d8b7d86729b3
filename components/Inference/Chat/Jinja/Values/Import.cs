namespace Serverless.Inference.Chat.Jinja;

/// <summary>Values that come from outside: JSON-like ones only, so that a template never sees an object of the host.</summary>
internal static class Import
{
    public static object? Value(object? value) => value switch
    {
        null or string or bool or long or double or IReadOnlyDictionary<string, object?> or IReadOnlyList<object?> => value,
        int number => (long)number,
        float number => (double)number,
        short number => (long)number,
        byte number => (long)number,
        uint number => (long)number,
        JinjaDict or Markup or Undefined or Namespace or DictView or Generator or Cycler or ICallable => value,
        System.Collections.IList list => new JinjaList([.. list.Cast<object?>().Select(Value)]),
        _ => throw new JinjaException(
            $"a template cannot use a value of type {value.GetType().Name}; pass null, bool, long, double, string, IReadOnlyList<object?> or IReadOnlyDictionary<string, object?>"),
    };
}
