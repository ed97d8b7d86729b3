using System.Text;

namespace Dapr.Sidecar.Expressions;

/// <summary>Kinds of words of an expression.</summary>
internal enum TokenKind
{
    /// <summary>A name.</summary>
    Name,

    /// <summary>A text between quotes.</summary>
    Text,

    /// <summary>A number.</summary>
    Number,

    /// <summary>An operator or bracket.</summary>
    Symbol,

    /// <summary>The end.</summary>
    End,
}

/// <summary>A word of an expression.</summary>
internal readonly record struct Token(TokenKind Kind, string Text, int Position);

/// <summary>Cuts an expression into words.</summary>
internal static class Tokenizer
{
    private static readonly string[] Symbols = ["==", "!=", "<=", ">=", "&&", "||", "<", ">", "!", "(", ")", "[", "]", ".", ",", "+", "-"];

    public static List<Token> Read(string text)
    {
        var tokens = new List<Token>();
        for (var at = 0; at < text.Length;)
        {
            if (char.IsWhiteSpace(text[at]))
            {
                at++;
                continue;
            }

            var start = at;
            if (text[at] is '"' or '\'')
            {
                tokens.Add(new Token(TokenKind.Text, Quoted(text, ref at), start));
            }
            else if (char.IsAsciiDigit(text[at]))
            {
                at = End(text, at, letter => char.IsAsciiDigit(letter) || letter == '.');
                tokens.Add(new Token(TokenKind.Number, text[start..at], start));
            }
            else if (char.IsAsciiLetter(text[at]) || text[at] == '_')
            {
                at = End(text, at, letter => char.IsAsciiLetterOrDigit(letter) || letter == '_');
                tokens.Add(new Token(TokenKind.Name, text[start..at], start));
            }
            else
            {
                var symbol = Array.Find(Symbols, symbol => string.CompareOrdinal(text, start, symbol, 0, symbol.Length) == 0)
                    ?? throw new FormatException($"\"{text[at]}\" at {at + 1} is not part of an expression");
                at += symbol.Length;
                tokens.Add(new Token(TokenKind.Symbol, symbol, start));
            }
        }

        tokens.Add(new Token(TokenKind.End, "", text.Length));
        return tokens;
    }

    private static int End(string text, int at, Func<char, bool> belongs)
    {
        while (at < text.Length && belongs(text[at]))
        {
            at++;
        }

        return at;
    }

    private static string Quoted(string text, ref int at)
    {
        var quote = text[at];
        var value = new StringBuilder();
        for (at++; at < text.Length && text[at] != quote; at++)
        {
            if (text[at] == '\\' && at + 1 < text.Length)
            {
                at++;
                value.Append(text[at] switch { 'n' => '\n', 't' => '\t', 'r' => '\r', var letter => letter });
            }
            else
            {
                value.Append(text[at]);
            }
        }

        return at++ < text.Length ? value.ToString() : throw new FormatException($"the text at {text.IndexOf(quote) + 1} has no end");
    }
}
