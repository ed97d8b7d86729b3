using System.Text.Json;
using Serverless.Inference.Tokenization.Bpe;

namespace Serverless.Inference.Tokenization.Loading;

/// <summary>
/// Reads the <c>model</c> of a tokenizer.json. Vocabulary and merges hold hundreds of thousands of entries, so they are read
/// token by token from the file's bytes rather than from a document tree.
/// </summary>
internal static class BpeModelReader
{
    private const char Meta = '\u2581';
    private const int LongestToken = 4096;

    /// <summary>Reads the model.</summary>
    /// <param name="reader">At the value of <c>model</c>; ends at its last token.</param>
    /// <param name="file">The file, for messages.</param>
    /// <param name="byteLevel">The words are in the byte alphabet.</param>
    public static BpeModel Read(ref Utf8JsonReader reader, string file, bool byteLevel)
    {
        Dictionary<string, JsonPart> fields = [];
        Utf8JsonReader merges = default;
        Dictionary<string, int>? ids = null;
        Expect(ref reader, JsonTokenType.StartObject, file, "model");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            reader.Read();
            if (name == "vocab" && reader.TokenType == JsonTokenType.StartObject)
            {
                ids = ReadVocabulary(ref reader, file);
            }
            else if (name == "merges")
            {
                // Read when the vocabulary is known, wherever it stands.
                merges = reader;
                reader.Skip();
            }
            else
            {
                fields[name] = new JsonPart(JsonElement.ParseValue(ref reader), file, $"model.{name}");
            }
        }

        Check(fields, file);
        if (ids is null)
            throw Missing("model.vocab", "an object of tokens and ids", file);
        if (merges.TokenType != JsonTokenType.StartArray)
            throw Missing("model.merges", "an array", file);

        var vocabulary = new Vocabulary(ids);
        (MergeTable table, bool metaStartsWords) = ReadMerges(ref merges, vocabulary, file);
        return new BpeModel(vocabulary, table, Options(fields, vocabulary, byteLevel), metaStartsWords);
    }

    private static void Check(Dictionary<string, JsonPart> fields, string file)
    {
        if (fields.TryGetValue("type", out JsonPart type) && type.Text() != "BPE")
            throw type.Unsupported($"a {type.Text()} model", "BPE");
        if (!fields.ContainsKey("type") && !fields.ContainsKey("byte_fallback") && !fields.ContainsKey("fuse_unk"))
            throw Missing("model.type", "BPE", file);
        if (fields.TryGetValue("dropout", out JsonPart dropout) && !dropout.IsNull && dropout.Value.GetDouble() > 0)
            throw dropout.Unsupported("a dropout of merges, which makes tokens random", "no dropout");
        foreach (string affix in (string[])["continuing_subword_prefix", "end_of_word_suffix"])
        {
            if (fields.TryGetValue(affix, out JsonPart part) && part.TextOrNull() is { Length: > 0 } text)
                throw part.Unsupported($"'{text}'", "none");
        }
    }

    private static BpeOptions Options(Dictionary<string, JsonPart> fields, Vocabulary vocabulary, bool byteLevel)
    {
        int unknown = -1;
        if (fields.TryGetValue("unk_token", out JsonPart part) && part.TextOrNull() is string token)
        {
            unknown = vocabulary.Id(token);
            if (unknown < 0)
                throw part.Malformed("a token of model.vocab");
        }

        return new BpeOptions
        {
            UnknownId = unknown,
            FuseUnknown = Flag("fuse_unk"),
            ByteFallback = Flag("byte_fallback"),
            IgnoreMerges = Flag("ignore_merges"),
            ByteLevel = byteLevel,
        };

        bool Flag(string name) => fields.TryGetValue(name, out JsonPart flag) && flag.Flag();
    }

    private static Dictionary<string, int> ReadVocabulary(ref Utf8JsonReader reader, string file)
    {
        Dictionary<string, int> ids = [];
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string token = reader.GetString()!;
            reader.Read();
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt32(out int id) || id < 0)
                throw Missing($"model.vocab['{token}']", "a whole number", file);
            ids[token] = id;
        }

        return ids;
    }

    private static (MergeTable Table, bool MetaStartsWords) ReadMerges(ref Utf8JsonReader reader, Vocabulary vocabulary, string file)
    {
        Utf8JsonReader counter = reader;
        int count = 0;
        for (int depth = counter.CurrentDepth; counter.Read() && counter.CurrentDepth > depth;)
            count += counter.CurrentDepth == depth + 1 && counter.TokenType != JsonTokenType.EndArray ? 1 : 0;

        var table = new MergeTable(count);
        bool metaStartsWords = true;
        var merge = new char[2 * LongestToken];
        int rank = 0;
        for (int index = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; index++)
        {
            int left = ReadPair(ref reader, merge, out int length, index, file);
            ReadOnlySpan<char> joined = merge.AsSpan(0, length);

            // The first line of a merges.txt.
            if (left < 0)
                continue;

            int leftId = Known(vocabulary, joined[..left], index, file);
            int rightId = Known(vocabulary, joined[left..], index, file);
            table.Add(leftId, rightId, rank++, Known(vocabulary, joined, index, file));
            metaStartsWords &= joined[left] != Meta || joined[left - 1] == Meta;
        }

        return (table, metaStartsWords);
    }

    /// <summary>Reads <c>"left right"</c> or <c>["left", "right"]</c> into one run.</summary>
    /// <returns>Where the right side starts; negative for a comment.</returns>
    private static int ReadPair(ref Utf8JsonReader reader, Span<char> merge, out int length, int index, string file)
    {
        int left;
        if (reader.TokenType == JsonTokenType.StartArray)
        {
            left = ReadString(ref reader, merge, index, file);
            length = left + ReadString(ref reader, merge[left..], index, file);
            if (!reader.Read() || reader.TokenType != JsonTokenType.EndArray)
                throw Missing($"model.merges[{index}]", "two tokens", file);
        }
        else
        {
            length = CopyString(ref reader, merge, index, file);
            ReadOnlySpan<char> text = merge[..length];
            if (text.StartsWith("#version"))
                return -1;
            left = text.IndexOf(' ');
            if (left < 0 || text[(left + 1)..].Contains(' '))
                throw Missing($"model.merges[{index}]", "two tokens with a space between them", file);
            text[(left + 1)..].CopyTo(merge[left..]);
            length--;
        }

        return left > 0 && length > left ? left : throw Missing($"model.merges[{index}]", "two tokens that are not empty", file);
    }

    private static int ReadString(ref Utf8JsonReader reader, Span<char> target, int index, string file)
    {
        reader.Read();
        return CopyString(ref reader, target, index, file);
    }

    private static int CopyString(ref Utf8JsonReader reader, Span<char> target, int index, string file)
    {
        if (reader.TokenType != JsonTokenType.String)
            throw Missing($"model.merges[{index}]", "two tokens", file);
        if (reader.ValueSpan.Length > target.Length)
            throw new InferenceException(InferenceErrorCodes.ModelUnsupported, $"{file}: 'model.merges[{index}]' is longer than {LongestToken} bytes a token.");
        return reader.CopyString(target);
    }

    private static int Known(Vocabulary vocabulary, ReadOnlySpan<char> token, int index, string file)
    {
        int id = vocabulary.Id(token);
        return id >= 0 ? id : throw new InferenceException(
            InferenceErrorCodes.ModelFile, $"{file}: 'model.merges[{index}]' needs the token '{token}', which 'model.vocab' does not hold.");
    }

    private static void Expect(ref Utf8JsonReader reader, JsonTokenType type, string file, string field)
    {
        if (reader.TokenType != type)
            throw Missing(field, "an object", file);
    }

    private static InferenceException Missing(string field, string expected, string file) =>
        new(InferenceErrorCodes.ModelFile, $"{file}: '{field}' should be {expected}.");
}
