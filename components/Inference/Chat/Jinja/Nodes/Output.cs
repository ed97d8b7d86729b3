using System.Text;

namespace Serverless.Inference.Chat.Jinja;

/// <summary>The text that a template, macro or block has written so far.</summary>
internal sealed class Output(Run run)
{
    private readonly StringBuilder _text = new();

    public void Write(string text)
    {
        run.LimitText(_text.Length + (long)text.Length);
        _text.Append(text);
    }

    public void WriteValue(object? value)
    {
        if (value is string text)
            Write(text);
        else
            Write(Display.Text(run, value));
    }

    public override string ToString() => _text.ToString();
}
