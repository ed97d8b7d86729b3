using System.Globalization;
using System.Text;

namespace Serverless.Inference.Chat.Jinja;

/// <summary>The backslash escapes of Python's string literals; an unknown one stays as it is written.</summary>
internal static class StringEscapes
{
    public static string Decode(string source, int start, int end)
    {
        var at = source.IndexOf('\\', start, end - start);
        if (at < 0)
            return source[start..end];
        var text = new StringBuilder(source, start, at - start, end - start);
        while (at < end)
        {
            if (source[at] != '\\')
            {
                text.Append(source[at++]);
                continue;
            }

            at += 2;
            switch (source[at - 1])
            {
                case '\n': break;
                case '\\' or '\'' or '"': text.Append(source[at - 1]); break;
                case 'a': text.Append('\a'); break;
                case 'b': text.Append('\b'); break;
                case 'f': text.Append('\f'); break;
                case 'n': text.Append('\n'); break;
                case 'r': text.Append('\r'); break;
                case 't': text.Append('\t'); break;
                case 'v': text.Append('\v'); break;
                case 'x': at = Hex(source, at, end, 2, text); break;
                case 'u': at = Hex(source, at, end, 4, text); break;
                case 'U': at = Hex(source, at, end, 8, text); break;
                case >= '0' and <= '7': at = Octal(source, at - 1, end, text); break;
                case 'N': throw JinjaException.At(source, at - 2, "characters by name (\\N{...}) are not supported; write \\u and the code");
                default: text.Append('\\').Append(source[at - 1]); break;
            }
        }

        return text.ToString();
    }

    private static int Hex(string source, int at, int end, int digits, StringBuilder text)
    {
        if (at + digits > end || !uint.TryParse(source.AsSpan(at, digits), NumberStyles.AllowHexSpecifier, null, out var code) || code > 0x10ffff)
            throw JinjaException.At(source, at - 2, $"\\{source[at - 1]} wants {digits} hexadecimal digits of a character");
        Append(text, (int)code);
        return at + digits;
    }

    private static int Octal(string source, int at, int end, StringBuilder text)
    {
        var code = 0;
        for (var digits = 0; digits < 3 && at < end && source[at] is >= '0' and <= '7'; digits++)
            code = (code * 8) + (source[at++] - '0');
        Append(text, code);
        return at;
    }

    private static void Append(StringBuilder text, int code)
    {
        if (code < 0x10000)
            text.Append((char)code);
        else
            text.Append(char.ConvertFromUtf32(code));
    }
}
