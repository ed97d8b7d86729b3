using Serverless.Inference.Tokenization.PostProcessors;

namespace Serverless.Inference.Tokenization.Loading;

/// <summary>Reads the <c>post_processor</c> of a tokenizer.json, as far as it concerns single texts.</summary>
internal static class TemplateReader
{
    private const string Supported = "TemplateProcessing, ByteLevel, BertProcessing, RobertaProcessing, Sequence";

    /// <summary>The special tokens around a text; none for null.</summary>
    public static Template Read(JsonPart json)
    {
        if (json.IsNull)
            return Template.Empty;
        return json.Type switch
        {
            // Moves offsets only, and there are none here.
            "ByteLevel" => Template.Empty,
            "Sequence" => json["processors"].Items().Aggregate(Template.Empty, (inner, next) => inner.Within(Read(next))),
            "BertProcessing" or "RobertaProcessing" => new Template([IdOf(json["cls"])], [IdOf(json["sep"])]),
            "TemplateProcessing" => ReadTemplate(json),
            string other => throw json["type"].Unsupported(other, Supported),
        };
    }

    private static int IdOf(JsonPart pair) => pair.Items().Last().Whole();

    private static Template ReadTemplate(JsonPart json)
    {
        List<int> before = [];
        List<int> after = [];
        bool sequenceSeen = false;
        foreach (JsonPart piece in json["single"].Items())
        {
            if (piece["SpecialToken"] is { IsNull: false } token)
            {
                IEnumerable<int> ids = json["special_tokens"][token["id"].Text()]["ids"].Items().Select(id => id.Whole());
                (sequenceSeen ? after : before).AddRange(ids);
            }
            else if (!sequenceSeen && piece["Sequence"]["id"].Text() == "A")
            {
                sequenceSeen = true;
            }
            else
            {
                throw piece.Unsupported("another sequence than one A", "special tokens around one sequence A");
            }
        }

        return sequenceSeen ? new Template([.. before], [.. after]) : throw json["single"].Malformed("a template with the sequence A");
    }
}
