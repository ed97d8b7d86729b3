using System.Text.Json;
using System.Text.RegularExpressions;

namespace Dapr.Sidecar.Expressions;

/// <summary>What the operators and functions of expressions do.</summary>
internal static class Operations
{
    /// <summary>A JSON text, number or flag as the plain value; anything else as it is.</summary>
    public static object? Plain(object? value) => value is not JsonElement element ? value : element.ValueKind switch
    {
        JsonValueKind.String => element.GetString(),
        JsonValueKind.Number => element.GetDouble(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Null => null,
        JsonValueKind.Array => element.EnumerateArray().Select(item => Plain(item)).ToList(),
        _ => value,
    };

    /// <summary>|| (decisive: true) and &amp;&amp; (decisive: false): an operand that decides wins over one that has no value.</summary>
    public static object? Either(Func<object?> left, Func<object?> right, bool decisive)
    {
        EvaluationException failed;
        try
        {
            if (Flag(left()) == decisive)
            {
                return decisive;
            }

            return Flag(right());
        }
        catch (EvaluationException error)
        {
            failed = error;
        }

        return Flag(right()) == decisive ? decisive : throw failed;
    }

    public static object Compare(string symbol, object? left, object? right)
    {
        (left, right) = (Plain(left), Plain(right));
        if (symbol is "==" or "!=")
        {
            return AreEqual(left, right) == (symbol == "==");
        }

        var order = (left, right) switch
        {
            (double a, double b) => a.CompareTo(b),
            (string a, string b) => string.CompareOrdinal(a, b),
            _ => throw new EvaluationException($"{symbol} needs two numbers or two texts"),
        };
        return symbol switch { "<" => order < 0, "<=" => order <= 0, ">" => order > 0, _ => order >= 0 };
    }

    public static object IsIn(object? value, object? list) => Plain(list) switch
    {
        List<object?> items => items.Exists(item => AreEqual(item, Plain(value))),
        JsonElement { ValueKind: JsonValueKind.Object } element when Plain(value) is string name => element.TryGetProperty(name, out _),
        _ => throw new EvaluationException("in needs a list"),
    };

    public static object Add(string symbol, object? left, object? right) => (Plain(left), Plain(right)) switch
    {
        (double a, double b) => symbol == "+" ? a + b : a - b,
        (string a, string b) when symbol == "+" => a + b,
        _ => throw new EvaluationException($"{symbol} needs two numbers"),
    };

    public static object? Field(object? target, string name) =>
        target is JsonElement { ValueKind: JsonValueKind.Object } element && element.TryGetProperty(name, out var field)
            ? Plain(field)
            : throw new EvaluationException($"there is no field {name}");

    public static object? Index(object? target, object? index) => (Plain(target), Plain(index)) switch
    {
        (List<object?> items, double number) when number >= 0 && number < items.Count => items[(int)number],
        (JsonElement, string name) => Field(target, name),
        _ => throw new EvaluationException("there is no such item"),
    };

    public static object Has(Func<object?> field)
    {
        try
        {
            field();
            return true;
        }
        catch (EvaluationException)
        {
            return false;
        }
    }

    public static object Size(object? value) => Plain(value) switch
    {
        string text => (double)text.Length,
        List<object?> items => (double)items.Count,
        _ => throw new EvaluationException("size needs a text or a list"),
    };

    /// <summary>A function that is called on a text; null where there is none of that name.</summary>
    public static Func<object?, object?, object>? Method(string name) => name switch
    {
        "startsWith" => (target, argument) => Text(target).StartsWith(Text(argument), StringComparison.Ordinal),
        "endsWith" => (target, argument) => Text(target).EndsWith(Text(argument), StringComparison.Ordinal),
        "contains" => (target, argument) => Text(target).Contains(Text(argument), StringComparison.Ordinal),
        "matches" => (target, argument) => Regex.IsMatch(Text(target), Text(argument), RegexOptions.NonBacktracking | RegexOptions.CultureInvariant),
        _ => null,
    };

    private static bool AreEqual(object? left, object? right) =>
        left is JsonElement a && right is JsonElement b ? JsonElement.DeepEquals(a, b)
        : left is List<object?> first && right is List<object?> second ? first.Count == second.Count && first.Zip(second).All(pair => AreEqual(pair.First, pair.Second))
        : Equals(left, right);

    private static bool Flag(object? value) => Plain(value) is bool flag ? flag : throw new EvaluationException("a flag is needed");

    private static string Text(object? value) => Plain(value) as string ?? throw new EvaluationException("a text is needed");
}
