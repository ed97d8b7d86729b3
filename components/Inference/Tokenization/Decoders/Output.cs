using System.Text;

namespace Serverless.Inference.Tokenization.Decoders;

/// <summary>Where decoded text ends up.</summary>
internal sealed class Output : DecoderStep
{
    private readonly StringBuilder _text = new();

    /// <inheritdoc/>
    public override void Push(string text) => _text.Append(text);

    /// <inheritdoc/>
    public override void End()
    {
    }

    /// <summary>The text since the last time.</summary>
    public string Take()
    {
        if (_text.Length == 0)
            return "";
        string text = _text.ToString();
        _text.Clear();
        return text;
    }
}
