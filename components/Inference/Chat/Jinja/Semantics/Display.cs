using System.Globalization;
using System.Text;

namespace Serverless.Inference.Chat.Jinja;

/// <summary>Values as Python prints them: <c>str</c> and <c>repr</c>.</summary>
internal static class Display
{
    /// <summary><c>str(value)</c>.</summary>
    public static string Text(Run run, object? value)
    {
        switch (value)
        {
            case string text: return text;
            case long number: return number.ToString(CultureInfo.InvariantCulture);
            case Markup markup: return markup.Text;
            case Undefined undefined:
                undefined.ThrowIfStrict();
                return "";
            case BoundMethod method when run.Options.StrictUndefined:
                throw new JinjaException($"{method} is printed; call it, or write ['name'] for a field of that name");
            default:
                var repr = new StringBuilder();
                Write(run, repr, value);
                return repr.ToString();
        }
    }

    /// <summary><c>repr(value)</c> of a name in a message.</summary>
    public static string Repr(object? value)
    {
        var repr = new StringBuilder();
        WriteScalar(repr, value);
        return repr.ToString();
    }

    /// <summary><c>repr(value)</c> of anything.</summary>
    public static string Repr(Run run, object? value)
    {
        var repr = new StringBuilder();
        Write(run, repr, value);
        return repr.ToString();
    }

    private static void Write(Run run, StringBuilder repr, object? value)
    {
        run.Step();
        run.LimitText(repr.Length);
        using var depth = run.Deeper();
        switch (value)
        {
            case JinjaRange range:
                repr.Append(range);
                break;
            case JinjaTuple tuple:
                WriteItems(run, repr.Append('('), tuple);
                repr.Append(tuple.Count == 1 ? ",)" : ")");
                break;
            case IReadOnlyList<object?> list:
                WriteItems(run, repr.Append('['), list.Select(Import.Value));
                repr.Append(']');
                break;
            case DictView view:
                WriteItems(run, repr.Append(TypeNames.Of(view)).Append("(["), view.Items());
                repr.Append("])");
                break;
            case Namespace attributes:
                WritePairs(run, repr.Append("<Namespace "), attributes.Attributes.Select(pair => new KeyValuePair<object?, object?>(pair.Key, pair.Value)));
                repr.Append('>');
                break;
            default:
                if (Mappings.Is(value))
                    WritePairs(run, repr, Mappings.Pairs(value));
                else
                    WriteScalar(repr, value);
                break;
        }
    }

    private static void WriteItems(Run run, StringBuilder repr, IEnumerable<object?> items)
    {
        var first = true;
        foreach (var item in items)
        {
            if (!first)
                repr.Append(", ");
            first = false;
            Write(run, repr, item);
        }
    }

    private static void WritePairs(Run run, StringBuilder repr, IEnumerable<KeyValuePair<object?, object?>> pairs)
    {
        repr.Append('{');
        var first = true;
        foreach (var (key, value) in pairs)
        {
            if (!first)
                repr.Append(", ");
            first = false;
            Write(run, repr, key);
            repr.Append(": ");
            Write(run, repr, value);
        }

        repr.Append('}');
    }

    private static void WriteScalar(StringBuilder repr, object? value)
    {
        switch (value)
        {
            case null: repr.Append("None"); break;
            case bool boolean: repr.Append(boolean ? "True" : "False"); break;
            case long number: repr.Append(number); break;
            case double number: repr.Append(FloatText.Repr(number)); break;
            case string text: WriteQuoted(repr, text); break;
            case Markup markup:
                WriteQuoted(repr.Append("Markup("), markup.Text);
                repr.Append(')');
                break;
            case Undefined: repr.Append("Undefined"); break;
            case BoundMethod or Macro or LoopContext: repr.Append(value); break;
            default: repr.Append('<').Append(TypeNames.Of(value)).Append(" object>"); break;
        }
    }

    private static void WriteQuoted(StringBuilder repr, string text)
    {
        var quote = text.Contains('\'', StringComparison.Ordinal) && !text.Contains('"', StringComparison.Ordinal) ? '"' : '\'';
        repr.Append(quote);
        for (var at = 0; at < text.Length; at++)
        {
            var c = text[at];
            if (c == quote || c == '\\')
                repr.Append('\\').Append(c);
            else if (c is >= ' ' and <= '~')
                repr.Append(c);
            else if (c is '\n' or '\r' or '\t')
                repr.Append(c switch { '\n' => "\\n", '\r' => "\\r", _ => "\\t" });
            else
                at += WriteUnusual(repr, text, at);
        }

        repr.Append(quote);
    }

    /// <summary>A character outside of ASCII, escaped unless Python holds it for printable; returns 1 for a pair of surrogates.</summary>
    private static int WriteUnusual(StringBuilder repr, string text, int at)
    {
        var pair = char.IsHighSurrogate(text[at]) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]);
        var code = pair ? char.ConvertToUtf32(text[at], text[at + 1]) : text[at];
        var printable = CharUnicodeInfo.GetUnicodeCategory(text, at) is not (UnicodeCategory.Control or UnicodeCategory.Format
            or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator);
        if (printable)
            repr.Append(text, at, pair ? 2 : 1);
        else
            repr.Append(code < 0x100 ? $"\\x{code:x2}" : code < 0x10000 ? $"\\u{code:x4}" : $"\\U{code:x8}");
        return pair ? 1 : 0;
    }
}
