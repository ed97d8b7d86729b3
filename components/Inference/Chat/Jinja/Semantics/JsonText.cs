using System.Globalization;
using System.Text;

namespace Serverless.Inference.Chat.Jinja;

/// <summary>Python's <c>json.dumps</c>, which is what <c>tojson</c> is in chat templates: nothing is escaped for HTML.</summary>
internal sealed class JsonText
{
    private readonly Run _run;
    private readonly StringBuilder _text = new();
    private readonly bool _ascii;
    private readonly string? _indent;
    private readonly string _itemSeparator;
    private readonly string _keySeparator;
    private readonly bool _sortKeys;
    private int _level;

    private JsonText(Run run, bool ascii, string? indent, string itemSeparator, string keySeparator, bool sortKeys)
    {
        _run = run;
        _ascii = ascii;
        _indent = indent;
        _itemSeparator = itemSeparator;
        _keySeparator = keySeparator;
        _sortKeys = sortKeys;
    }

    public static string Of(Run run, object? value, bool ascii, object? indent, object? separators, bool sortKeys)
    {
        var unit = indent switch
        {
            null => null,
            string text => text,
            _ => run.Charged(new string(' ', Math.Clamp(Number.RequireInt32(indent, "indent"), 0, run.Options.MaxOutputChars))),
        };
        var (item, key) = (unit is null ? ", " : ",", ": ");
        if (separators is IReadOnlyList<object?> { Count: 2 } pair)
            (item, key) = (TextValue.Require(pair[0], "a separator"), TextValue.Require(pair[1], "a separator"));
        else if (separators is not null)
            throw new JinjaException("tojson: separators must be a pair of strings");
        var json = new JsonText(run, ascii, unit, item, key, sortKeys);
        json.Write(value);
        return run.Charged(json._text.ToString());
    }

    /// <summary>The text of a key that is not a string.</summary>
    public static string Key(object? key) => key switch
    {
        string text => text,
        Markup markup => markup.Text,
        null => "null",
        bool boolean => boolean ? "true" : "false",
        long number => number.ToString(CultureInfo.InvariantCulture),
        double number => Real(number),
        _ => throw new JinjaException($"keys must be str, int, float, bool or None, not {TypeNames.Of(key)}"),
    };

    private static string Real(double number) =>
        double.IsNaN(number) ? "NaN" : double.IsInfinity(number) ? number > 0 ? "Infinity" : "-Infinity" : FloatText.Repr(number);

    private void Write(object? value)
    {
        _run.Step();
        _run.LimitText(_text.Length);
        using var depth = _run.Deeper();
        switch (value)
        {
            case string text: WriteQuoted(text); break;
            case Markup markup: WriteQuoted(markup.Text); break;
            case null or bool or long or double: _text.Append(Key(value)); break;
            case IReadOnlyList<object?> list when list is not JinjaRange:
                WriteAll('[', ']', list.Select(Import.Value), Write);
                break;
            case Undefined when _run.Options.StrictUndefined:
                throw ((Undefined)value).Fail();
            default:
                if (!Mappings.Is(value))
                    throw new JinjaException($"Object of type {TypeNames.Of(value)} is not JSON serializable");
                var pairs = Mappings.Pairs(value);
                if (_sortKeys)
                    pairs = Sorting.Sort(_run, pairs.Select(pair => (object?)new JinjaTuple([pair.Key, pair.Value])), pair => ((JinjaTuple)pair!)[0], reverse: false)
                        .Select(pair => new KeyValuePair<object?, object?>(((JinjaTuple)pair!)[0], ((JinjaTuple)pair)[1]));
                WriteAll('{', '}', pairs, WritePair);
                break;
        }
    }

    private void WritePair(KeyValuePair<object?, object?> pair)
    {
        WriteQuoted(Key(pair.Key));
        _text.Append(_keySeparator);
        Write(pair.Value);
    }

    private void WriteAll<T>(char open, char close, IEnumerable<T> items, Action<T> write)
    {
        _text.Append(open);
        _level++;
        var first = true;
        foreach (var item in items)
        {
            if (!first)
                _text.Append(_itemSeparator);
            first = false;
            NewLine();
            write(item);
        }

        _level--;
        if (!first)
            NewLine();
        _text.Append(close);
    }

    private void NewLine()
    {
        if (_indent is null)
            return;
        var blanks = (long)_indent.Length * _level;
        _run.LimitText(_text.Length + blanks);
        _run.ChargeText(blanks);
        _text.Append('\n').Insert(_text.Length, _indent, _level);
    }

    private void WriteQuoted(string text)
    {
        _run.ChargeText(text.Length);
        _text.Append('"');
        foreach (var c in text)
        {
            switch (c)
            {
                case '"': _text.Append("\\\""); break;
                case '\\': _text.Append("\\\\"); break;
                case '\n': _text.Append("\\n"); break;
                case '\r': _text.Append("\\r"); break;
                case '\t': _text.Append("\\t"); break;
                case '\b': _text.Append("\\b"); break;
                case '\f': _text.Append("\\f"); break;
                default:
                    if (c < ' ' || (_ascii && c > '~'))
                        _text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
                    else
                        _text.Append(c);
                    break;
            }
        }

        _text.Append('"');
    }
}
