namespace Serverless.Inference.Tokenization.Decoders;

/// <summary>Makes all tokens one.</summary>
internal sealed class FuseDecoder : DecoderSpec
{
    /// <inheritdoc/>
    public override DecoderStep Create(DecoderStep next, bool joined) => next;

    /// <inheritdoc/>
    public override bool Joins(bool joined) => true;
}
