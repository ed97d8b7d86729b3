namespace Serverless.Inference.Chat.Jinja;

internal enum TokenKind
{
    Data,
    VariableBegin,
    VariableEnd,
    BlockBegin,
    BlockEnd,
    Name,
    Text,
    Integer,
    Float,
    Operator,
    End,
}

/// <summary>A piece of a template.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">Its text: for strings without quotes and escapes.</param>
/// <param name="Position">Offset in the source whose line breaks are all <c>\n</c>.</param>
internal readonly record struct Token(TokenKind Kind, string Text, int Position)
{
    public bool Is(string text) => (Kind is TokenKind.Name or TokenKind.Operator) && Text == text;

    public string Describe() => Kind switch
    {
        TokenKind.Data => "template data",
        TokenKind.VariableBegin => "begin of print statement",
        TokenKind.VariableEnd => "end of print statement",
        TokenKind.BlockBegin => "begin of statement block",
        TokenKind.BlockEnd => "end of statement block",
        TokenKind.Text => "string",
        TokenKind.End => "end of template",
        _ => Text,
    };
}
