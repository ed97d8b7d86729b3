using System.Text;
using Serverless.Inference.Tokenization.Text;

namespace Serverless.Inference.Tokenization.Decoders;

/// <summary>Reads tokens as bytes in <see cref="ByteAlphabet"/> and these as UTF-8; invalid bytes become U+FFFD.</summary>
internal sealed class ByteLevelDecoder : DecoderSpec
{
    /// <inheritdoc/>
    public override DecoderStep Create(DecoderStep next, bool joined) => joined ? new Collect(new Step(next)) : new Step(next);

    /// <inheritdoc/>
    public override bool Joins(bool joined) => true;

    private sealed class Step(DecoderStep next) : DecoderStep
    {
        private readonly Decoder _utf8 = Encoding.UTF8.GetDecoder();
        private byte[] _bytes = new byte[64];
        private char[] _chars = new char[64];

        public override void Push(string text)
        {
            int count = BytesOf(text);
            Write(_bytes.AsSpan(0, count), flush: false);
        }

        public override void End()
        {
            Write([], flush: true);
            next.End();
        }

        private int BytesOf(string token)
        {
            if (_bytes.Length < token.Length * 3)
                _bytes = new byte[token.Length * 3];
            for (int i = 0; i < token.Length; i++)
            {
                int value = ByteAlphabet.ByteOf(token[i]);

                // A token with any other character, such as an added one, stands for its own text.
                if (value < 0)
                    return Encoding.UTF8.GetBytes(token, _bytes);
                _bytes[i] = (byte)value;
            }

            return token.Length;
        }

        private void Write(ReadOnlySpan<byte> bytes, bool flush)
        {
            // One character more than bytes at most: bytes kept from before may turn out to be invalid.
            if (_chars.Length < bytes.Length + 4)
                _chars = new char[bytes.Length + 4];
            int count = _utf8.GetChars(bytes, _chars, flush);
            if (count > 0)
                next.Push(new string(_chars, 0, count));
        }
    }
}
