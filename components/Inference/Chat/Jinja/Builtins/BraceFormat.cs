using System.Globalization;
using System.Text;

namespace Serverless.Inference.Chat.Jinja;

/// <summary>Python's <c>"{} {0} {name:spec}".format(...)</c>; fields may read elements and attributes as a template does.</summary>
internal static class BraceFormat
{
    public static string Format(Run run, string format, Arguments arguments)
    {
        var text = new StringBuilder();
        var automatic = 0;
        for (var at = 0; at < format.Length;)
        {
            var c = format[at++];
            if (c is not ('{' or '}'))
            {
                text.Append(c);
                continue;
            }

            if (at < format.Length && format[at] == c)
            {
                text.Append(c);
                at++;
                continue;
            }

            if (c == '}')
                throw new JinjaException("Single '}' encountered in format string");
            var end = FieldEnd(format, at);
            text.Append(Field(run, format[at..end], arguments, ref automatic));
            run.LimitText(text.Length);
            at = end + 1;
        }

        return text.ToString();
    }

    private static int FieldEnd(string format, int at)
    {
        if (at == format.Length)
            throw new JinjaException("Single '{' encountered in format string");
        for (var open = 1; at < format.Length; at++)
        {
            open += format[at] switch { '{' => 1, '}' => -1, _ => 0 };
            if (open == 0)
                return at;
        }

        throw new JinjaException("expected '}' before end of string");
    }

    private static string Field(Run run, string field, Arguments arguments, ref int automatic)
    {
        var colon = field.IndexOf(':', StringComparison.Ordinal);
        var spec = colon < 0 ? "" : field[(colon + 1)..];
        var name = colon < 0 ? field : field[..colon];
        var conversion = '\0';
        if (name.Length > 1 && name[^2] == '!')
            (name, conversion) = (name[..^2], name[^1]);
        var value = Value(run, name, arguments, ref automatic);
        if (spec.Contains('{', StringComparison.Ordinal))
        {
            var nested = new StringBuilder();
            for (var at = 0; at < spec.Length; at++)
            {
                if (spec[at] != '{')
                {
                    nested.Append(spec[at]);
                    continue;
                }

                var end = FieldEnd(spec, at + 1);
                nested.Append(Display.Text(run, Value(run, spec[(at + 1)..end], arguments, ref automatic)));
                at = end;
            }

            spec = nested.ToString();
        }

        value = conversion switch
        {
            '\0' => value,
            's' => Display.Text(run, value),
            'r' or 'a' => Display.Repr(run, value),
            _ => throw new JinjaException($"Unknown conversion specifier {conversion}"),
        };
        return FormatSpec.Format(run, value, spec);
    }

    private static object? Value(Run run, string path, Arguments arguments, ref int automatic)
    {
        var end = path.AsSpan().IndexOfAny('.', '[');
        var name = end < 0 ? path : path[..end];
        var value = Argument(name, arguments, ref automatic);
        while (end >= 0 && end < path.Length)
        {
            var start = end + 1;
            if (path[end] == '.')
            {
                end = path.AsSpan(start).IndexOfAny('.', '[') is var next and >= 0 ? start + next : path.Length;
                value = Access.Attribute(run, value, path[start..end]);
                continue;
            }

            var close = path.IndexOf(']', start);
            if (close < 0)
                throw new JinjaException("Missing ']' in format string");
            var key = path[start..close];
            value = Access.Item(run, value, long.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : key);
            end = close + 1;
        }

        return value;
    }

    private static object? Argument(string name, Arguments arguments, ref int automatic)
    {
        if (name.Length == 0 || int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out _))
        {
            var index = name.Length == 0 ? automatic++ : int.Parse(name, CultureInfo.InvariantCulture);
            return index < arguments.Positional.Length
                ? arguments.Positional[index]
                : throw new JinjaException($"Replacement index {index} out of range for positional args tuple");
        }

        var found = Array.FindIndex(arguments.Named, pair => pair.Key == name);
        return found >= 0 ? arguments.Named[found].Value : throw new JinjaException(Display.Repr(name));
    }
}
