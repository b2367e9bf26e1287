//! Keeps the outputs within what GitHub takes of a job: beyond 1 MiB, in UTF-16, all outputs of the
//! job are lost ("Workflow commands for GitHub Actions", limits of outputs).

use serde_json::Value;

/// UTF-16 units of all outputs of this step together; a little is left for other steps of the job.
pub const ROOM: usize = 480_000;

/// UTF-16 units of a list of links.
const ROOM_OF_LINKS: usize = 40_000;

/// The longest message where not everything fits, in characters.
const SHORT_MESSAGE: usize = 200;

/// What is left out, from the least to all but the outcome.
#[derive(Debug, Clone, Copy)]
enum LeftOut {
    MessagesOfSteps,
    Steps,
    Details,
}

/// How much of the room a value takes.
#[must_use]
pub fn count_units(text: &str) -> usize {
    text.encode_utf16().count()
}

/// The links, one a line, as many as fit; the output `offers` has them all.
#[must_use]
pub fn join_links(links: &[String]) -> String {
    let mut room = ROOM_OF_LINKS;
    let fits = |link: &&String| {
        let left = room.checked_sub(count_units(link) + 1);
        room = left.unwrap_or_default();
        left.is_some()
    };
    links.iter().take_while(fits).map(String::as_str).collect::<Vec<_>>().join("\n")
}

/// The offers as one JSON array of at most so many units; what is left out is named in each of
/// them, under `leftOut`.
#[must_use]
pub fn fit_offers(offers: &[Value], room: usize) -> String {
    let whole = serde_json::to_string(offers).unwrap_or_default();
    if count_units(&whole) <= room {
        return whole;
    }
    for left_out in [LeftOut::MessagesOfSteps, LeftOut::Steps, LeftOut::Details] {
        let shortened: Vec<Value> =
            offers.iter().map(|offer| shorten_offers(offer, left_out)).collect();
        let text = Value::from(shortened).to_string();
        if count_units(&text) <= room {
            return text;
        }
    }
    // Thousands of offers: as many as fit, and the last one says how many do not.
    let mut kept = Vec::new();
    let mut left = room.saturating_sub(200);
    for offer in offers {
        let short = shorten_offers(offer, LeftOut::Details);
        let Some(after) = left.checked_sub(count_units(&short.to_string()) + 1) else { break };
        left = after;
        kept.push(short);
    }
    let missing = offers.len() - kept.len();
    if let Some(last) = kept.last_mut() {
        last["leftOut"] = format!("{missing} more offers; the input `record` writes all").into();
    }
    Value::from(kept).to_string()
}

fn shorten_offers(offer: &Value, left_out: LeftOut) -> Value {
    let mut offer = offer.clone();
    let note = match left_out {
        LeftOut::MessagesOfSteps => {
            for step in offer["steps"].as_array_mut().into_iter().flatten() {
                step["messages"] = Value::Array(Vec::new());
            }
            "the messages of the steps"
        }
        LeftOut::Steps => {
            offer["steps"] = Value::Array(Vec::new());
            "the steps"
        }
        LeftOut::Details => {
            for list in ["steps", "previewLinks", "liveLinks"] {
                offer[list] = Value::Array(Vec::new());
            }
            let message = offer["message"].as_str().unwrap_or_default();
            offer["message"] = crate::text::cut_text(message, SHORT_MESSAGE).into();
            "steps, links and the end of the message"
        }
    };
    offer["leftOut"] = format!("{note}; the input `record` writes all").into();
    offer
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn offers(count: usize, message: &str) -> Vec<Value> {
        let steps: Vec<Value> = (0..6)
            .map(|step| {
                let messages = [json!({"message": message})];
                json!({"id": step, "name": "Certification", "messages": messages})
            })
            .collect();
        let offer = |number: usize| {
            json!({
                "offer": format!("offer-{number}"),
                "message": message,
                "steps": steps,
                "previewLinks": ["https://a.example"],
                "liveLinks": [],
            })
        };
        (0..count).map(offer).collect()
    }

    #[test]
    fn outputs_beyond_githubs_limit_are_shortened_with_a_note() {
        for (count, length, left_out) in [
            (3, 100, None),
            (100, 2_000, Some("the messages of the steps; the input `record` writes all")),
            (600, 500, Some("the steps; the input `record` writes all")),
            (
                1_000,
                1_000,
                Some("steps, links and the end of the message; the input `record` writes all"),
            ),
        ] {
            let text = fit_offers(&offers(count, &"m".repeat(length)), ROOM);
            assert!(count_units(&text) <= ROOM, "{count} offers: {}", count_units(&text));
            let value: Value = serde_json::from_str(&text).unwrap();
            assert_eq!(value.as_array().unwrap().len(), count);
            assert_eq!(value[0]["leftOut"].as_str(), left_out, "{count} offers");
            assert_eq!(value[count - 1]["offer"], format!("offer-{}", count - 1));
        }
        let text = fit_offers(&offers(20_000, "m"), ROOM);
        let value: Value = serde_json::from_str(&text).unwrap();
        let kept = value.as_array().unwrap();
        assert!(count_units(&text) <= ROOM && kept.len() > 1_000);
        let note = format!("{} more offers; the input `record` writes all", 20_000 - kept.len());
        assert_eq!(kept.last().unwrap()["leftOut"], note);
    }

    #[test]
    fn links_are_cut_between_lines() {
        let links: Vec<String> =
            (0..5_000).map(|number| format!("https://a.example/{number}")).collect();
        let joined = join_links(&links);
        assert!(count_units(&joined) <= ROOM_OF_LINKS);
        assert!(links.contains(&joined.lines().last().unwrap().to_owned()));
        assert_eq!(join_links(&links[..2]), "https://a.example/0\nhttps://a.example/1");
    }
}
