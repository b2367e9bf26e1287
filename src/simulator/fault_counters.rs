//! Which fault meets which request.

use super::scenario::{FaultEffect, ScriptedFault};

/// The faults, and how often each was met and used.
#[derive(Debug)]
pub struct FaultCounters(Vec<FaultCounter>);

/// How often one fault was met and used.
#[derive(Debug)]
pub struct FaultCounter {
    /// The fault as the scenario describes it.
    pub fault: ScriptedFault,
    /// Requests that it was about.
    pub met: u64,
    /// Requests that it hit.
    pub used: u64,
}

impl FaultCounters {
    /// The counters of these faults, none of them met yet.
    pub fn new(faults: &[ScriptedFault]) -> Self {
        Self(
            faults
                .iter()
                .map(|fault| FaultCounter { fault: fault.clone(), met: 0, used: 0 })
                .collect(),
        )
    }

    /// What happens to the next request. All faults about it count it; the first that is due hits
    /// it.
    pub fn next_effect(&mut self, method: &str, path: &str) -> Option<FaultEffect> {
        let mut effect = None;
        for counter in self.0.iter_mut().filter(|counter| counter.fault.on.matches(method, path)) {
            counter.met += 1;
            if effect.is_none() && counter.is_due() {
                counter.used += 1;
                effect = Some(counter.fault.effect.clone());
            }
        }
        effect
    }

    /// The counters, in the scenario's order.
    pub fn all(&self) -> &[FaultCounter] {
        &self.0
    }
}

impl FaultCounter {
    fn is_due(&self) -> bool {
        let ScriptedFault { nth, first, every, count, .. } = self.fault;
        if let Some(nth) = nth {
            return self.met >= nth && self.used < count.unwrap_or(1);
        }
        if count.is_some_and(|count| self.used >= count) {
            return false;
        }
        first.is_none_or(|first| self.met <= first)
            && every.is_none_or(|every| self.met.is_multiple_of(every))
    }
}

#[cfg(test)]
mod tests {
    use super::super::scenario::Scenario;
    use super::*;

    #[test]
    fn each_fault_hits_when_it_is_due() {
        let hits = |when: &str| -> String {
            let yaml = format!("faults: [{{on: GET /a, {when} do: reset}}]");
            let mut counters = FaultCounters::new(&Scenario::parse(&yaml).unwrap().faults);
            assert_eq!(
                counters.next_effect("POST", "/a").or(counters.next_effect("GET", "/b")),
                None
            );
            (0..8)
                .map(|_| if counters.next_effect("GET", "/a").is_some() { 'x' } else { '.' })
                .collect()
        };
        assert_eq!(hits(""), "xxxxxxxx");
        assert_eq!(hits("nth: 3,"), "..x.....");
        assert_eq!(hits("nth: 3, count: 2,"), "..xx....");
        assert_eq!(hits("first: 2,"), "xx......");
        assert_eq!(hits("every: 3,"), "..x..x..");
        assert_eq!(hits("every: 2, count: 2,"), ".x.x....");
        assert_eq!(hits("count: 3,"), "xxx.....");
    }
}
