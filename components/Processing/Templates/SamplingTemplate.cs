using System.Text.Json;
using Serverless.Inference.Sampling;
using Serverless.Processing.Rows;

namespace Serverless.Processing.Templates;

/// <summary>The sampling parameters of a job file: constants are converted once, templates for each row.</summary>
internal sealed class SamplingTemplate
{
    readonly SamplingParams constants;
    readonly List<(string Name, ColumnTemplate Template)> templates = [];

    /// <exception cref="RowException">A constant is of the wrong type.</exception>
    /// <exception cref="Inference.Chat.Jinja.JinjaException">A template is malformed.</exception>
    public SamplingTemplate(IReadOnlyDictionary<string, JsonElement> values)
    {
        var fixedValues = new Dictionary<string, object?>();
        foreach (var (name, value) in values)
        {
            var template = value.ValueKind == JsonValueKind.String ? ColumnTemplate.Parse(value.GetString()!) : null;
            if (template is { IsConstant: false })
                templates.Add((name, template));
            else
                fixedValues[name] = RowValue.FromJson(value);
        }

        constants = SamplingValues.Apply(new SamplingParams(), fixedValues);
    }

    public SamplingParams For(Row row) => templates.Count == 0
        ? constants
        : SamplingValues.Apply(constants, templates.Select(entry => KeyValuePair.Create(entry.Name, entry.Template.Value(row))));
}
