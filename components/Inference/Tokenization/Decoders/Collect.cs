using System.Text;

namespace Serverless.Inference.Tokenization.Decoders;

/// <summary>Waits for all parts of a token and hands it on whole, for steps that cannot work on parts.</summary>
internal sealed class Collect(DecoderStep next) : DecoderStep
{
    private readonly StringBuilder _parts = new();

    /// <inheritdoc/>
    public override void Push(string text) => _parts.Append(text);

    /// <inheritdoc/>
    public override void End()
    {
        next.Push(_parts.ToString());
        next.End();
    }
}
